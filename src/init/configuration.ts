import type { Facts, KnownMigrations } from "./facts.ts";
import { scalar } from "./scalar.ts";

/** The name under which the configuration is written. */
export const CONFIGURATION = "offshoot.yaml";

/** The text of a new `offshoot.yaml`: what was asked for, and the migration tool. */
export function configurationText(facts: Facts): string {
  const { migrations, given } = facts;
  const detected = migrations.from === "tool" && given["migrations.tool"] === undefined;
  return [
    `# yaml-language-server: $schema=${schemaPlace(facts)}`,
    "# `offshoot doctor` shows every setting, its value and where it comes from.",
    ...(detected ? [`# The migration tool was detected by ${migrations.evidence}.`] : []),
    ...settingLines({ ...(detected ? toolSettings(migrations) : {}), ...given }),
    ...(migrations.from === "nothing" ? TO_FILL_IN : []),
    "",
  ].join("\n");
}

function toolSettings({ tool, directory }: Extract<KnownMigrations, { from: "tool" }>): Readonly<Record<string, string>> {
  return { ...(directory === undefined ? {} : { "migrations.directory": directory }), "migrations.tool": tool };
}

/** Settings by key path as lines of YAML, sections nested. */
export function settingLines(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const tops = [...new Set(Object.keys(settings).map((path) => path.split(".")[0] ?? ""))];
  return tops.flatMap((top) => {
    if (top in settings) return entryLines(top, settings[top]);
    const below = Object.entries(settings).filter(([path]) => path.startsWith(`${top}.`));
    const inner = settingLines(Object.fromEntries(below.map(([path, value]) => [path.slice(top.length + 1), value])));
    return [`${top}:`, ...inner.map((line) => `  ${line}`)];
  });
}

const TO_FILL_IN = [
  "# No migration tool was found where this file stands. Name what migrates, and the files that decide about the schema:",
  "# migrations:",
  "#   command: make migrate",
  "#   files: [db/**/*.sql]",
];

function entryLines(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return [`${key}:`, ...value.map((item) => `  - ${scalar(String(item))}`)];
  if (typeof value === "object" && value !== null) {
    return [`${key}:`, ...Object.entries(value).map(([name, text]) => `  ${name}: ${JSON.stringify(text)}`)];
  }
  return [`${key}: ${typeof value === "string" ? scalar(value) : String(value)}`];
}

/** Where editors find the schema: beside the installed package, else at a public mirror of npm's packages. */
function schemaPlace({ texts, up, version }: Facts): string {
  const file = "schema/offshoot.schema.json";
  return texts["package.json"] === undefined
    ? `https://cdn.jsdelivr.net/npm/offshoot@${version}/${file}`
    : `${up === "" ? "./" : up}node_modules/offshoot/${file}`;
}
