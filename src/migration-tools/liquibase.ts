import { posix } from "node:path";
import type { Env } from "../environment.ts";
import { posixWord } from "../shell-command.ts";
import { noteOfIgnored } from "./ignored-files.ts";
import { readChangelog } from "./liquibase-changelog.ts";
import type { Repository } from "./repository.ts";
import { plainFolder, quotedName } from "./scripts.ts";
import type { StepCommands, Tool, VersionTable } from "./tool.ts";

/** The root of the resources in a project of Maven or Gradle. */
const RESOURCES = "src/main/resources";

const MASTERS = ["db/changelog", "src/main/resources/db/changelog", "changelog", "liquibase", "."].flatMap((folder) =>
  ["db.changelog-master", "changelog-master", "master", "changelog", "root"].flatMap((name) =>
    ["yaml", "yml", "xml", "sql", "json"].map((extension) => (folder === "." ? "" : `${folder}/`) + `${name}.${extension}`),
  ),
);

/**
 * Liquibase. It runs each change set that its table does not contain, wherever it is. Documentation: docs.liquibase.com,
 * "update", "include" and "changeset". The tests compare what is read here with what Liquibase records.
 */
export const liquibase: Tool = {
  name: "liquibase",
  expects:
    "liquibase.properties with changeLogFile, or db.changelog-master.yaml (or .xml, .sql, .json) in db/changelog/ or src/main/resources/db/changelog/",
  async find(repository, folder) {
    const text = await repository.read("liquibase.properties");
    const properties = new Map([...propertiesOf(text ?? ""), ...variablesOf(repository.env ?? {})]);
    const named = folder === undefined ? setting(properties, "changeLogFile") : undefined;
    const below =
      folder === undefined
        ? MASTERS
        : MASTERS.filter((path) => posix.dirname(path) === "changelog").map((path) => path.replace("changelog", folder));
    const places = await placesOf(repository, properties, named, below);
    const readings = await Promise.all(
      places.map(async (place) => ({ place, ...(await readChangelog(repository, place.root, place.file)) })),
    );
    // Spring records paths relative to src/main/resources. The first place from which all included files exist is used.
    const reading = readings.find(({ unread }) => unread === undefined) ?? readings[0];
    if (reading === undefined) return undefined;
    const { place, changeSets, files, unread } = reading;
    const flags = `${place.root === "." || place.isSet ? "" : `--search-path=${posixWord(place.root)} `}--changelog-file=${posixWord(place.file)}`;
    const program = (action: string): string => `${CONNECTION} liquibase ${flags} ${action}`;
    const certain = changeSets.filter(({ condition }) => condition === undefined);
    const conditions = [...new Set(changeSets.flatMap(({ condition }) => condition ?? []))];
    const left = unread === undefined ? await notIncluded(repository, posix.join(place.root, place.file), files) : [];
    const isSteady = unread === undefined && conditions.length === 0 && !changeSets.some(({ isMoved }) => isMoved);
    return {
      tool: "liquibase",
      evidence: text === undefined ? posix.join(place.root, place.file) : "liquibase.properties",
      command: program("update"),
      shown: `liquibase ${flags} update`,
      files: [...(text === undefined ? [] : ["liquibase.properties"]), ...filesOf(posix.join(place.root, place.file), files)],
      versionTable: {
        ...versionTableOf(properties),
        ...(conditions.length === 0 ? {} : { hides: `${conditions.join(" and ")} decide whether Liquibase runs some change sets` }),
      },
      lock: {
        name: lockTableOf(properties),
        isHeld: "locked",
        release: "locked = false, lockgranted = null, lockedby = null",
      },
      ...(unread === undefined ? {} : { unchecked: unread }),
      ...noteOfIgnored(left, "Liquibase", `runs what ${posix.join(place.root, place.file)} includes`),
      revisions:
        unread === undefined
          ? certain.map(({ id }, at) => ({ id, name: id, dependsOn: certain[at - 1] === undefined ? [] : [certain[at - 1]?.id ?? ""] }))
          : [],
      ...(isSteady
        ? {
            stepCommands: {
              up: (_applied, next) => program(`update-count ${next.length}`),
              down: () => program("rollback-count 1"),
              irreversible: /automatic rollback generation|RollbackImpossible|No inverse to/i,
            } satisfies StepCommands,
          }
        : {}),
    };
  },
};

const CONNECTION =
  'LIQUIBASE_COMMAND_URL="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?ApplicationName=$PGAPPNAME${PGSSLMODE:+&sslmode=$PGSSLMODE}${PGSSLROOTCERT:+&sslrootcert=$PGSSLROOTCERT}" ' +
  'LIQUIBASE_COMMAND_USERNAME="$PGUSER" LIQUIBASE_COMMAND_PASSWORD="$PGPASSWORD"';

/** A changelog, relative to a search path. */
interface Place {
  readonly root: string;
  readonly file: string;
  /** Whether liquibase.properties sets the search path. */
  readonly isSet: boolean;
}

async function placesOf(
  repository: Repository,
  properties: ReadonlyMap<string, string>,
  named: string | undefined,
  below: readonly string[],
): Promise<readonly Place[]> {
  const set = setting(properties, "searchPath")
    ?.split(",")
    .map((path) => plainFolder(path.trim()) || ".");
  const roots = set ?? (named === undefined ? ["."] : [".", RESOURCES]);
  const candidates = named === undefined ? below : [plainFolder(named).replace(/^classpath:\/?/, "")];
  for (const { root, file } of roots.flatMap((each) => candidates.map((path) => ({ root: each, file: path })))) {
    const path = posix.join(root, file);
    if (!isChangelog(await repository.read(path))) continue;
    const isResource = set === undefined && root === "." && path.startsWith(`${RESOURCES}/`);
    const others = isResource ? [{ root: RESOURCES, file: path.slice(RESOURCES.length + 1) }] : [];
    const places = named === undefined ? [...others, { root, file }] : [{ root, file }, ...others];
    return places.map((place) => ({ ...place, isSet: set !== undefined }));
  }
  return [];
}

/** The changelogs in the folder of the first one that it does not include. Another first one can include them. */
async function notIncluded(repository: Repository, changelog: string, files: readonly string[]): Promise<readonly string[]> {
  const folder = posix.dirname(changelog);
  if (folder === ".") return [];
  const others = (await repository.walk(folder)).filter((path) => /\.(?:sql|xml|ya?ml|json)$/i.test(path) && !files.includes(path));
  const texts = await Promise.all(others.map((path) => repository.read(path)));
  const texted = others.map((path, at) => ({ path, text: texts[at] ?? "" })).filter(({ text }) => isChangelog(text));
  // Another changelog that includes others is one of its own, such as that of the tests.
  return texted.some(({ text }) => /\binclude(?:All)?\b/.test(text)) ? [] : texted.map(({ path }) => path);
}

/** A pattern for the folder of the changelog, and the files that it includes from elsewhere. */
function filesOf(changelog: string, files: readonly string[]): readonly string[] {
  const place = posix.dirname(changelog);
  if (place === ".") return files.length === 0 ? [changelog] : files;
  return [`${place}/**`, ...files.filter((file) => !file.startsWith(`${place}/`))];
}

function isChangelog(text: string | undefined): boolean {
  return /databaseChangeLog|--\s*liquibase\s+formatted\s+sql/i.test(text ?? "");
}

/** Liquibase records the path, the id and the author, which together are the name of a change set. */
function versionTableOf(properties: ReadonlyMap<string, string>): VersionTable {
  const schema = schemaOf(properties);
  const table = (setting(properties, "databaseChangelogTableName") ?? "databasechangelog").toLowerCase();
  return {
    tables: [`${schema ?? "public"}.${table}`, `${schema ?? "public"}.${lockTable(properties)}`],
    name: quotedName(schema === undefined ? table : `${schema}.${table}`),
    query: (from) =>
      `select pg_catalog.regexp_replace(filename, '^(classpath[*]?:)?/*', '') || '::' || id || '::' || author as id from ${from} order by orderexecuted`,
    holds: "all",
  };
}

function lockTableOf(properties: ReadonlyMap<string, string>): string {
  const schema = schemaOf(properties);
  return quotedName(schema === undefined ? lockTable(properties) : `${schema}.${lockTable(properties)}`);
}

function lockTable(properties: ReadonlyMap<string, string>): string {
  return (setting(properties, "databaseChangelogLockTableName") ?? "databasechangeloglock").toLowerCase();
}

function schemaOf(properties: ReadonlyMap<string, string>): string | undefined {
  return setting(properties, "liquibaseSchemaName") ?? setting(properties, "defaultSchemaName");
}

/** The lines of a properties file, by their names without `liquibase.`, `command.`, case, dots and dashes. */
function propertiesOf(text: string): ReadonlyMap<string, string> {
  const lines = [...text.matchAll(/^[ \t]*([\w.-]+)[ \t]*[=:][ \t]*(.*?)[ \t\r]*$/gm)];
  return new Map(lines.map(([, key = "", value = ""]) => [plainKey(key), value]));
}

/** `LIQUIBASE_COMMAND_CHANGELOG_FILE` and other variables come before the properties (Liquibase documentation, "Working with environment variables"). */
function variablesOf(env: Env): readonly (readonly [string, string])[] {
  return Object.entries(env).flatMap(([name, value = ""]) =>
    /^LIQUIBASE_[A-Z_]+$/.test(name) && value.trim() !== "" ? [[plainKey(name.replaceAll("_", ".")), value.trim()] as const] : [],
  );
}

function setting(properties: ReadonlyMap<string, string>, key: string): string | undefined {
  const value = properties.get(plainKey(key));
  return value === "" ? undefined : value;
}

function plainKey(key: string): string {
  return key
    .toLowerCase()
    .replace(/^(?:liquibase\.)?(?:command\.)?/, "")
    .replaceAll(/[.-]/g, "");
}
