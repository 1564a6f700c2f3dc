import { posix } from "node:path";
import type { RepositoryFacts, KnownMigrations, ToolBelow } from "./repository-facts.ts";
import { migrationScripts } from "../migration-tools/migration-scripts.ts";
import { packageManagerOf } from "./package-manager.ts";
import { parsePackageJson } from "./package-json.ts";
import { scalar, settingLines } from "./yaml.ts";

/** The name of the configuration file. */
export const CONFIGURATION = "offshoot.yaml";

/** The text of a new `offshoot.yaml`: the settings that the user gave, and the detected migration tool. */
export function configurationText(facts: RepositoryFacts): string {
  const { migrations, given } = facts;
  const detected = migrations.from === "tool" && given["migrations.tool"] === undefined;
  return [
    `# yaml-language-server: $schema=${schemaLocation(facts)}`,
    "# Run `offshoot doctor` to see every setting, its value and its source.",
    ...(detected ? [detectedFrom(migrations)] : []),
    ...settingLines({ ...(detected ? toolSettings(migrations) : {}), ...given }),
    ...(migrations.from === "nothing" ? (migrations.below.length > 0 ? severalTools(migrations.below) : toFillIn(facts)) : []),
    ...(detected ? scriptLines(facts, migrations) : []),
    ...(detected ? seedLines(facts, migrations) : []),
    "",
  ].join("\n");
}

function detectedFrom({ evidence, directory }: Extract<KnownMigrations, { from: "tool" }>): string {
  return `# The migration tool${directory === undefined ? "" : ` in ${directory}`} was detected from ${evidence}.`;
}

/** Which of them migrate the database, and in which order, is not known. */
function severalTools(below: readonly ToolBelow[]): readonly string[] {
  return [
    "# Migration tools were found in several folders. Keep those that migrate the database of the tests, in their order:",
    "# migrations:",
    ...below.flatMap(({ tool, folder }) => [`#   - tool: ${tool}`, `#     directory: ${scalar(folder)}`]),
  ];
}

function toolSettings({ tool, directory }: Extract<KnownMigrations, { from: "tool" }>): Readonly<Record<string, string>> {
  return { ...(directory === undefined ? {} : { "migrations.directory": directory }), "migrations.tool": tool };
}

/** A script of the repository can be what applies the files that look like plain SQL. */
function scriptLines(facts: RepositoryFacts, { tool, directory, evidence }: Extract<KnownMigrations, { from: "tool" }>): readonly string[] {
  const script = tool === "sql" && directory === undefined ? scriptCommand(facts) : undefined;
  if (script === undefined) return [];
  return [
    "# package.json has a script for migrations. If it is what applies these files, write these lines in place of the ones above:",
    "# migrations:",
    `#   command: ${script}`,
    `#   files: [${posix.dirname(evidence)}/**]`,
  ];
}

/** A seed is only offered, because it can delete rows. */
function seedLines(facts: RepositoryFacts, { tool, directory, seed }: Extract<KnownMigrations, { from: "tool" }>): readonly string[] {
  if (seed === undefined) return [];
  const manifest = facts.texts["package.json"];
  const program = seed.isNpm && manifest !== undefined ? `${packageManagerOf(facts, parsePackageJson(manifest), 0).exec} ` : "";
  const folder = directory === undefined ? [] : [`#     directory: ${scalar(directory)}`];
  return [
    `# A seed was found. It does not run unless you ask for it: write these lines in place of the ones above.`,
    "# `once` for a seed that must not run twice on one database, `repeatable` for one that can.",
    "# migrations:",
    `#   - tool: ${tool}`,
    ...folder,
    `#   - command: ${scalar(program + seed.command)}`,
    `#     files: [${seed.files.map((file) => JSON.stringify(file)).join(", ")}]`,
    ...folder,
    "#     seed: once",
  ];
}

function toFillIn(facts: RepositoryFacts): readonly string[] {
  const script = scriptCommand(facts);
  const sign = facts.migrations.from === "nothing" ? facts.migrations.sign : undefined;
  const seen = sign === undefined ? "" : ` There is ${sign.text}.`;
  const found =
    script === undefined
      ? "Set the command that migrates, and the files that affect the schema:"
      : "package.json has a script for migrations. If it migrates the database at DATABASE_URL, use it, with the files that affect the schema:";
  return [
    `# No migration tool was found in this folder.${script === undefined ? seen : ""} ${found}`,
    "# migrations:",
    `#   command: ${scalar(script ?? sign?.command ?? "make migrate")}`,
    `#   files: [${sign?.files ?? "db/**/*.sql"}]`,
  ];
}

/** The command of the first script that migrates. Undefined if there is none. */
export function scriptCommand(facts: RepositoryFacts): string | undefined {
  const manifest = facts.texts["package.json"];
  const [script] = migrationScripts(manifest);
  if (manifest === undefined || script === undefined) return undefined;
  // The major version of Node only decides how the package manager is installed.
  return `${packageManagerOf(facts, parsePackageJson(manifest), 0).name} run ${script}`;
}

/** The place of the JSON Schema for editors: in the installed package, or else on a public CDN. */
function schemaLocation({ texts, up, version }: RepositoryFacts): string {
  const file = "schema/offshoot.schema.json";
  return texts["package.json"] === undefined
    ? `https://cdn.jsdelivr.net/npm/offshoot@${version}/${file}`
    : `${up === "" ? "./" : up}node_modules/offshoot/${file}`;
}
