import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Field } from "../../src/config/field.ts";
import { FIELDS, variablesOf } from "../../src/config/fields.ts";
import { DEFAULT_NORMALISATIONS, type NormalisationName, NORMALISATIONS } from "../../src/drift/normalise/normalisations.ts";
import { SOURCE_FORMS } from "../../src/drift/source.ts";
import { ERROR_EXIT, EXIT } from "../../src/errors.ts";
import { INDEX, readPages, renderIndex } from "./pages.ts";
import { ciPages, renderTemplates } from "./templates.ts";

const README = new URL("../../README.md", import.meta.url);
/** The page on drift, whose tables are generated. */
export const DRIFT = new URL("../../docs/drift.md", import.meta.url);
const BIN = new URL("../../bin/offshoot.js", import.meta.url).pathname;

const MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done",
  unexpected: "unexpected error, or cancelled",
  usage: "wrong usage or configuration",
  findings: "an audit, a comparison or a check has findings",
  migrationFailed: "the migrations failed",
  timedOut: "timed out",
  noProvider: "no provider or no Postgres is available",
  refused: "refused for safety",
  leftBehind: "something could not be deleted",
};

/** The README with new generated blocks: the help of the CLI, the settings and the exit codes. */
export async function renderReadme(text: string): Promise<string> {
  const blocks: Readonly<Record<string, string>> = {
    help: ["```", await help(), "```"].join("\n"),
    settings: configurationTable().trim(),
    exits: exitTable(),
  };
  return withBlocks(text, blocks);
}

/** `docs/drift.md` with new generated tables of the sources and the normalisations. */
export function renderDrift(text: string): string {
  const sources = Object.entries(SOURCE_FORMS).map(([form, meaning]) => `| ${/\s/.test(form) ? form : `\`${form}\``} | ${meaning} |`);
  const normalisations = Object.entries(NORMALISATIONS).map(([name, { what }]) => {
    const applies = DEFAULT_NORMALISATIONS[name as NormalisationName];
    return `| \`${name}\` | ${applies ? "ignored" : "compared"} | ${what} |`;
  });
  return withBlocks(text, {
    sources: ["| side | |", "|---|---|", ...sources].join("\n"),
    normalisations: ["| name | by default | meaning |", "|---|---|---|", ...normalisations].join("\n"),
  });
}

function withBlocks(text: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((page, [name, block]) => {
    const place = new RegExp(`(<!-- ${name}:start -->\n)[^]*?(<!-- ${name}:end -->)`);
    return page.replace(place, (_all, start: string, end: string) => `${start}${block}\n${end}`);
  }, text);
}

async function help(): Promise<string> {
  // A fixed width, because commander breaks lines at the width of the terminal.
  const env = { ...process.env, COLUMNS: "100", NO_COLOR: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, "--help"], { env });
  return stdout.trim();
}

/** A Markdown table with a row for each setting: key, variables, default, meaning. */
export function configurationTable(): string {
  const rows = FIELDS.map((field: Field) => [
    `\`${field.path}\``,
    variablesOf(field)
      .map((name) => `\`${name}\``)
      .join(", "),
    field.default === undefined || field.default === "" ? (field.otherwise ?? "none") : `\`${field.default}\``,
    field.description,
  ]);
  return [["Key", "Environment", "Default", "Meaning"], ["---", "---", "---", "---"], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function exitTable(): string {
  const codes = Object.entries(ERROR_EXIT);
  const rows = Object.entries(EXIT).map(([name, exit]) => {
    const errors = codes.filter(([, code]) => code === exit).map(([code]) => `\`${code}\``);
    return `| ${exit} | ${MEANING[name as keyof typeof EXIT]} | ${errors.join(", ")} |`;
  });
  return ["| code | meaning | errors |", "|---|---|---|", ...rows].join("\n");
}

if (process.argv[1] === import.meta.filename && process.argv.includes("--write")) {
  await writeFile(README, await renderReadme(await readFile(README, "utf8")));
  await writeFile(INDEX, renderIndex(await readPages()));
  await writeFile(DRIFT, renderDrift(await readFile(DRIFT, "utf8")));
  for (const { file, text } of await ciPages()) await writeFile(file, renderTemplates(text));
}
