import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "./log.ts";

/** GitHub refuses a step summary that is larger, in bytes. */
const SUMMARY_LIMIT = 1024 * 1024;

/** What a step wrote into its command files. */
export interface Written {
  readonly env: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  readonly summary: string;
}

export interface CommandFiles {
  /** The variables that hold their paths. */
  readonly env: Readonly<Record<string, string>>;
  /** Reads them. Throws GitHub's error when one is malformed. */
  read(log: Log): Promise<Written>;
}

const NAMES = ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"] as const;

/** Creates the empty command files of one step in a folder. */
export async function makeCommandFiles(folder: string, step: string): Promise<CommandFiles> {
  const path = (name: (typeof NAMES)[number]): string => join(folder, `${name.toLowerCase()}_${step}`);
  for (const name of NAMES) await writeFile(path(name), "");
  const read = (name: (typeof NAMES)[number]): Promise<string> => readFile(path(name), "utf8");
  return {
    env: Object.fromEntries(NAMES.map((name) => [name, path(name)])),
    async read(log) {
      return {
        env: readEnv(await read("GITHUB_ENV")),
        outputs: readPairs(await read("GITHUB_OUTPUT"), "output"),
        state: readPairs(await read("GITHUB_STATE"), "state"),
        path: (await read("GITHUB_PATH")).split("\n").filter((line) => line.trim() !== ""),
        summary: readSummary(await read("GITHUB_STEP_SUMMARY"), log),
      };
    },
  };
}

function readEnv(text: string): Readonly<Record<string, string>> {
  const pairs = readPairs(text, "env");
  for (const name of Object.keys(pairs)) {
    if (/^(NODE_OPTIONS$|GITHUB_|RUNNER_)/i.test(name))
      throw new Error(`Can't store ${name} output parameter using '$GITHUB_ENV' command.`);
  }
  return pairs;
}

/** Reads `name=value`, and `name<<delimiter`, lines, `delimiter`. Any other line fails the step. */
export function readPairs(text: string, kind: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  const broken = (why: string): Error => new Error(`Unable to process file command '${kind}' successfully. ${why}`);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const [, name = "", sign, rest = ""] = /^([^=]*?)(=|<<)(.*)$/.exec(line) ?? [];
    if (name === "" || sign === undefined || (sign === "<<" && rest === "")) throw broken(`Invalid format '${line}'`);
    if (sign === "=") {
      found[name] = rest;
      continue;
    }
    const end = lines.indexOf(rest, at + 1);
    if (end < 0) throw broken(`Invalid value. Matching delimiter not found '${rest}'`);
    found[name] = lines.slice(at + 1, end).join("\n");
    at = end;
  }
  return found;
}

/** GitHub does not show a summary that is too long. The job continues. */
function readSummary(text: string, log: Log): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= SUMMARY_LIMIT) return text;
  const size = Math.ceil(bytes / 1024);
  log.annotate({ severity: "error", text: `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${size}k.` });
  return "";
}
