import { posix } from "node:path";
import { makeScripts } from "./make-scripts.ts";
import { type CalledScript, isShell, type Repository } from "./repository.ts";
import { packagesOf } from "./workspaces.ts";

const FLAGS = String.raw`(?:\s+(?:(?:--prefix|--cwd|--dir|--filter|--workspace|-C|-F|-w)[=\s]+\S+|-\S+|workspace\s+\S+))*`;
const PACKAGE_SCRIPT = new RegExp(String.raw`^(?:npm|pnpm|yarn|bun)\b(${FLAGS})(?:\s+(?:run|run-script))?(${FLAGS})\s+([\w:.@/-]+)`);
const IN_FOLDER = /(?:--prefix|--cwd|--dir|-C)[=\s]+(\S+)/;
const SHELL_FILE =
  /^(?:(?:ba|z|da|k)?sh\s+(?:-\S+\s+)*|source\s+|\.\s+)?((?:\.{1,2}\/|[\w.-]+\/)*[\w.-]+\.(?:sh|bash)|(?:\.\/|bin\/|scripts?\/|ci\/)[\w./-]+)(?=\s|$)/;

/** The scripts that a simple command calls: package scripts, also of several packages, make targets, or a shell file. */
export function calledScripts(command: string, folder: string, repository: Repository): readonly CalledScript[] {
  const inPackages = packagesOf(command, folder, repository);
  const ofPackages = (inPackages?.folders ?? []).flatMap(
    (each) => packageScript(posix.join(each, "package.json"), inPackages?.script ?? "", each, repository.read) ?? [],
  );
  if (ofPackages.length > 0) return ofPackages;
  const ofMake = makeScripts(command, folder, repository);
  return ofMake.length > 0 ? ofMake : [calledScript(command, folder, repository) ?? []].flat();
}

function calledScript(command: string, folder: string, { read }: Repository): CalledScript | undefined {
  const at = (path: string): string => posix.normalize(posix.join(folder, path)).replace(/^(?:\.\/)+/, "");
  const [, before = "", between = "", script = ""] = PACKAGE_SCRIPT.exec(command) ?? [];
  if (script !== "") {
    const where = IN_FOLDER.exec(`${before} ${between} ${command}`)?.[1] ?? ".";
    return packageScript(at(posix.join(where, "package.json")), script, at(where), read);
  }
  const path = SHELL_FILE.exec(command)?.[1];
  if (path === undefined) return undefined;
  const text = read(at(path));
  return text === undefined || !isShell(at(path), text) ? undefined : { file: at(path), text, folder, line: 1 };
}

function packageScript(file: string, name: string, folder: string, read: Repository["read"]): CalledScript | undefined {
  const text = read(file);
  if (text === undefined) return undefined;
  let scripts: unknown;
  try {
    scripts = (JSON.parse(text) as { scripts?: unknown } | null)?.scripts;
  } catch {
    // Another tool reports a broken package.json.
    return undefined;
  }
  if (typeof scripts !== "object" || scripts === null || !Object.hasOwn(scripts, name)) return undefined;
  const script = (scripts as Record<string, unknown>)[name];
  if (typeof script !== "string") return undefined;
  const line = text.split("\n").findIndex((each) => each.includes(JSON.stringify(name))) + 1;
  // A package manager runs the scripts before and after it, too.
  const around = ["pre", "post"].map((word) => (scripts as Record<string, unknown>)[`${word}${name}`]);
  const texts = [around[0], script, around[1]].filter((each) => typeof each === "string");
  return { file, text: texts.map((each) => withSeries(each)).join("\n"), folder, line: Math.max(line, 1) };
}

/** `run-s build db:up` of npm-run-all as the scripts that it runs. A pattern such as `build:*` stays as it is. */
function withSeries(text: string): string {
  return text.replace(/(?<![\w-])(?:run-[sp]|npm-run-all2?)((?:\s+[\w:.@/*-]+)+)/g, (_, names: string) =>
    names
      .trim()
      .split(/\s+/)
      .filter((name) => !name.startsWith("-"))
      .map((name) => `npm run ${name}`)
      .join(" && "),
  );
}
