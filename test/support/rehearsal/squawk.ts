import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pattern } from "./patterns.ts";

/** Its rules that concern style, and those that fire on nearly every change of a schema. */
const GENERAL = /^(prefer-|require-lock-timeout|require-statement-timeout|ban-char|require-table-schema|require-identifier)/;

/** The rules that squawk, a linter of SQL files, reports for each pattern, without the general ones. */
export async function squawkRules(program: string, patterns: readonly Pattern[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-squawk-"));
  try {
    const files = patterns.map(({ name }, at) => [name, join(folder, `${at}.sql`)] as const);
    await Promise.all(files.map(([, file], at) => writeFile(file, `${patterns[at]?.sql ?? ""};\n`)));
    const args = ["--reporter", "json", "--pg-version", "18", ...files.map(([, file]) => file)];
    // Its exit status is 1 when it has found something.
    const output = await new Promise<string>(
      (resolve) => void execFile(process.execPath, [program, ...args], { maxBuffer: 2 ** 24 }, (_, stdout) => resolve(stdout)),
    );
    const found = JSON.parse(output) as readonly { readonly file: string; readonly rule_name: string }[];
    const rulesOf = (file: string): readonly string[] => [
      ...new Set(found.filter((each) => each.file === file && !GENERAL.test(each.rule_name)).map((each) => each.rule_name)),
    ];
    return new Map(files.map(([name, file]) => [name, rulesOf(file)]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
