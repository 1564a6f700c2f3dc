import { OffshootError } from "../errors.ts";

/** The parts of `package.json` that `init` uses. */
export interface PackageJson {
  readonly scripts: Readonly<Record<string, unknown>>;
  readonly packages: readonly string[];
  /** The field `packageManager`, such as `pnpm@9.1.0`. */
  readonly manager: string;
  readonly node: string;
}

/** Throws `USAGE` if the text is not a JSON object. */
export function parsePackageJson(text: string): PackageJson {
  const content = parse(text);
  const section = (name: string): Readonly<Record<string, unknown>> => (isObject(content[name]) ? content[name] : {});
  return {
    scripts: section("scripts"),
    packages: ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) => Object.keys(section(kind))),
    manager: textOf(content["packageManager"]),
    node: textOf(section("engines")["node"]),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = undefined;
  }
  if (isObject(content)) return content;
  throw new OffshootError("USAGE", "package.json is not a JSON object.", { remedy: "Correct the file, then run offshoot init again." });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
