import { OffshootError } from "../errors.ts";

/** What matters of `package.json`. */
export interface Manifest {
  readonly scripts: Readonly<Record<string, unknown>>;
  readonly packages: readonly string[];
  /** As Corepack has it, such as `pnpm@9.1.0`. */
  readonly manager: string;
  readonly node: string;
}

/** Throws `USAGE` where the file is no JSON object. */
export function readManifest(text: string): Manifest {
  const manifest = parse(text);
  const section = (name: string): Readonly<Record<string, unknown>> => (isObject(manifest[name]) ? manifest[name] : {});
  return {
    scripts: section("scripts"),
    packages: ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) => Object.keys(section(kind))),
    manager: textOf(manifest["packageManager"]),
    node: textOf(section("engines")["node"]),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    manifest = undefined;
  }
  if (isObject(manifest)) return manifest;
  throw new OffshootError("USAGE", "package.json is no JSON object.", { remedy: "Mend it, then run offshoot init again." });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
