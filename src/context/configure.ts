import { join, relative } from "node:path";
import { MIB, readBytes } from "../read-file.ts";
import type { Context } from "./context.ts";
import { writeOutputFile } from "./output-file.ts";

/** Settings that name a file which a command wrote. */
export type FileSetting = "spec" | "baseline";

/**
 * Makes `audit.spec` or `audit.baseline` name the file at an absolute path. With `write`, `offshoot.yaml` is changed, and
 * its comments are kept; else a note shows what to add. Nothing happens where the settings name the file already. Throws
 * `USAGE` for a file that cannot be written.
 */
export async function configureFile(context: Context, setting: FileSetting, path: string, write: boolean): Promise<void> {
  const { resolved, settings, emit, cwd } = context;
  const value = relative(resolved.directory, path).replaceAll("\\", "/");
  const isFromFile = resolved.sources[`audit.${setting}`]?.from === "file";
  if (settings.audit[setting] === value && (isFromFile || !write)) return;
  const file = resolved.file ?? join(resolved.directory, "offshoot.yaml");
  const name = relative(cwd, file);
  const changed = write ? await changedText(resolved.file, name, setting, value) : undefined;
  if (changed === undefined) {
    const isAlone = setting === "spec" && settings.audit.baseline === undefined;
    const how = isAlone ? `add the line \`audit: ${value}\` to ${name}` : `write \`${setting}: ${value}\` below \`audit:\` in ${name}`;
    const offer = write ? "" : ", or add --configure to the command";
    return emit({ kind: "note", text: `The audits do not use this ${setting} yet. To use it, ${how}${offer}.` });
  }
  await writeOutputFile(file, changed, { cwd });
  emit({ kind: "note", text: `${resolved.file === undefined ? "Wrote" : "Changed"} ${name}: audit.${setting} is ${value}.` });
}

/** The configuration with the setting; undefined where its YAML has a form in which the setting cannot be added. */
async function changedText(file: string | undefined, name: string, setting: FileSetting, value: string): Promise<string | undefined> {
  const { withSetting } = await import("../config/change-file.ts");
  const { parseConfiguration } = await import("../config/file.ts");
  const { keepStyle } = await import("../audit/spec-updater/keep-style.ts");
  const before = file === undefined ? "" : (await readBytes(file, MIB)).toString("utf8");
  const { plain, changed } = await withSetting(before, { section: "audit", key: setting, value, shortKey: "spec" });
  const text = before === "" ? changed : keepStyle(before, plain, changed);
  const { entries, problems } = await parseConfiguration(text, name);
  return problems.length === 0 && entries.get(`audit.${setting}`)?.value === value ? text : undefined;
}
