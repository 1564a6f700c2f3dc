import type { RepositoryFacts, KnownMigrations } from "./repository-facts.ts";
import { settingLines } from "./yaml.ts";

/** The name of the configuration file. */
export const CONFIGURATION = "offshoot.yaml";

/** The text of a new `offshoot.yaml`: the settings that the user gave, and the detected migration tool. */
export function configurationText(facts: RepositoryFacts): string {
  const { migrations, given } = facts;
  const detected = migrations.from === "tool" && given["migrations.tool"] === undefined;
  return [
    `# yaml-language-server: $schema=${schemaLocation(facts)}`,
    "# Run `offshoot doctor` to see every setting, its value and its source.",
    ...(detected ? [`# The migration tool was detected from ${migrations.evidence}.`] : []),
    ...settingLines({ ...(detected ? toolSettings(migrations) : {}), ...given }),
    ...(migrations.from === "nothing" ? TO_FILL_IN : []),
    "",
  ].join("\n");
}

function toolSettings({ tool, directory }: Extract<KnownMigrations, { from: "tool" }>): Readonly<Record<string, string>> {
  return { ...(directory === undefined ? {} : { "migrations.directory": directory }), "migrations.tool": tool };
}

const TO_FILL_IN = [
  "# No migration tool was found in this folder. Set the command that migrates, and the files that affect the schema:",
  "# migrations:",
  "#   command: make migrate",
  "#   files: [db/**/*.sql]",
];

/** The place of the JSON Schema for editors: in the installed package, or else on a public CDN. */
function schemaLocation({ texts, up, version }: RepositoryFacts): string {
  const file = "schema/offshoot.schema.json";
  return texts["package.json"] === undefined
    ? `https://cdn.jsdelivr.net/npm/offshoot@${version}/${file}`
    : `${up === "" ? "./" : up}node_modules/offshoot/${file}`;
}
