import { literal } from "../postgres/identifier.ts";
import { flywaySettings } from "./flyway-settings.ts";
import { noteOfIgnored } from "./ignored-files.ts";
import { quotedName } from "./scripts.ts";
import { inSequence } from "./revisions.ts";
import type { Tool } from "./tool.ts";
import { posixWord } from "../shell-command.ts";

const TABLE = "flyway_schema_history";
const FOLDERS = ["migrations", "sql", "db/migration", "src/main/resources/db/migration"];

/**
 * Flyway. JDBC does not read `PG*` variables, so they are written into its URL, including `PGAPPNAME`, by which offshoot
 * recognises the session. Flyway's default lock keeps a transaction open, and `CREATE INDEX CONCURRENTLY` then waits
 * forever. The session lock does not have this problem (Flyway documentation, "postgresql.transactional.lock").
 */
export const flyway: Tool = {
  name: "flyway",
  expects: `V1__name.sql in ${FOLDERS.join("/, ")}/`,
  async find(repository, given) {
    const { file: evidence, folders, table, schema } = await flywaySettings(repository);
    const searched = given === undefined ? (folders === undefined ? FOLDERS.map((each) => [each]) : [folders]) : [[given]];
    for (const places of searched) {
      const listed = (await Promise.all(places.map((each) => repository.list(each)))).flat();
      const files = listed.filter((file) => versionOf(file) !== undefined);
      const sorted = files.toSorted(byVersion);
      const [first] = sorted;
      if (first === undefined) continue;
      const options = [
        `-locations=${posixWord(places.map((each) => `filesystem:${each}`).join(","))}`,
        ...(table === undefined ? [] : [`-table=${posixWord(table)}`]),
        ...(schema === undefined ? [] : [`-defaultSchema=${posixWord(schema)}`]),
      ].join(" ");
      return {
        tool: "flyway",
        evidence: evidence ?? first,
        command: [
          'FLYWAY_URL="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?ApplicationName=$PGAPPNAME${PGSSLMODE:+&sslmode=$PGSSLMODE}${PGSSLROOTCERT:+&sslrootcert=$PGSSLROOTCERT}"',
          'FLYWAY_USER="$PGUSER" FLYWAY_PASSWORD="$PGPASSWORD" FLYWAY_POSTGRESQL_TRANSACTIONAL_LOCK=false',
          `flyway ${options} migrate`,
        ].join(" "),
        shown: `flyway ${options} migrate`,
        files: [...(evidence === undefined ? [] : [evidence]), ...places.map((each) => `${each}/**`)],
        versionTable: {
          tables: [`${schema ?? "public"}.${table ?? TABLE}`],
          name: quotedName([...(schema === undefined ? [] : [schema]), table ?? TABLE].join(".")),
          query: (from) =>
            recordedOf(
              from,
              sorted.flatMap((file) => versionOf(file) ?? []),
            ),
          holds: "all",
        },
        revisions: inSequence(sorted, (name) => versionOf(name) ?? name),
        ...noteOfIgnored(listed.filter(isMisnamed), "Flyway", "runs files with names such as V1__name.sql only"),
      };
    }
    return undefined;
  },
};

/**
 * A query for the recorded versions. A baseline counts as all versions up to its own, because Flyway does not apply them
 * (Flyway documentation, "Baseline"). The table is in the first schema of the search path.
 */
function recordedOf(table: string, versions: readonly string[]): string {
  return `select version as id from ${table} where success and version is not null and type not like '%BASELINE'
    union select file from ${table}, pg_catalog.unnest(array[${versions.map(literal).join(", ")}]) file
      where success and type like '%BASELINE' and ${numbers("file")} <= ${numbers("version")}`;
}

function numbers(version: string): string {
  return `pg_catalog.string_to_array(${version}, '.')::numeric[]`;
}

/** The version of `V01_2__name.sql` or `V01.2__name.sql` as Flyway records it: `01.2`, with leading zeros. */
function versionOf(file: string): string | undefined {
  return /(?:^|\/)V(\d+(?:[._]\d+)*)__[^/]+\.sql$/.exec(file)?.[1]?.replaceAll("_", ".");
}

/** A name that begins as that of a versioned migration: `V1_name.sql`, `v1__name.sql`, `1__name.sql`. Other names are callbacks. */
function isMisnamed(file: string): boolean {
  return /(?:^|\/)v?\d[^/]*\.sql$/i.test(file) && versionOf(file) === undefined;
}

/** The numbers of a version. They can be timestamps that are too large for `number`. */
function partsOf(file: string): readonly bigint[] {
  return versionOf(file)?.split(".").map(BigInt) ?? [];
}

function byVersion(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)];
  const at = left.findIndex((part, place) => part !== (right[place] ?? 0n));
  return at === -1 ? left.length - right.length : (left[at] ?? 0n) < (right[at] ?? 0n) ? -1 : 1;
}
