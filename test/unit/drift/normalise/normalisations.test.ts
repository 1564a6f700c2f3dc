import { describe, expect, test } from "vitest";
import type { Catalog, Contents } from "../../../../src/catalog/catalog.ts";
import { compareCatalogs } from "../../../../src/drift/compare.ts";
import { DEFAULT_NORMALISATIONS, type NormalisationName, NORMALISATIONS } from "../../../../src/drift/normalise/normalisations.ts";
import { catalogOf, constraint, index, table } from "../../../support/catalog.ts";

const USERS = table("app.users", { id: "bigint", name: "text" });

const of = (contents: Partial<Contents>): Catalog => catalogOf({ tables: [USERS], ...contents });

const owned = (owner: string, other = owner): Catalog =>
  of({
    schemas: [
      { id: "app", name: "app", owner },
      { id: "public", name: "public", owner: owner === "postgres" ? "pg_database_owner" : owner },
    ],
    tables: [
      { ...USERS, owner },
      { ...table("app.teams", { id: "bigint" }), owner },
      { ...table("app.odd", { id: "bigint" }), owner: other },
    ],
  });

const view = { id: "app.v", schema: "app", name: "v", owner: "owner", columns: [], materialized: false };
const sequence = (name: string) => ({
  id: `app.${name}`,
  schema: "app",
  name,
  owner: "owner",
  type: "bigint",
  start: "1",
  increment: "1",
  min: "1",
  max: "9",
  cache: "1",
  cycle: false,
  ownedBy: "app.users.id",
});
const withDefault = (value: string) => of({ tables: [table("app.users", { id: "bigint", name: { type: "text", default: value } })] });
const withCheck = (definition: string) => of({ constraints: [constraint("app.users.users_name_check", definition)] });
const serial = (name: string) =>
  of({
    tables: [table("app.users", { id: { type: "bigint", default: `nextval('app.${name}'::regclass)` } })],
    sequences: [sequence(name)],
  });
const POLICY = {
  id: "app.users.own_row",
  schema: "app",
  table: "users",
  name: "own_row",
  command: "select",
  permissive: true,
  roles: ["reader"],
} as const;
const privilege = (id: string, ...rights: readonly string[]) => ({ id, name: id, rights });
const grantOn = (name: string, ...rights: readonly string[]) => ({ id: `relation ${name}`, name, on: "relation" as const, rights });

/** For each normalisation: two catalogs that are equal only with it, and the changes that are reported without it. */
const PAIRS: Readonly<Record<NormalisationName, readonly [expected: Catalog, actual: Catalog, ...reported: string[]]>> = {
  postgresVersion: [
    of({ views: [{ ...view, definition: " SELECT id FROM app.users;" }] }),
    { ...of({ views: [{ ...view, definition: " SELECT users.id FROM app.users;" }] }), server: { ...of({}).server, major: 15 } },
    "different view app.v",
  ],
  neonAuth: [
    of({}),
    of({
      tables: [USERS, table("neon_auth.users_sync", { id: "text" })],
      schemas: [
        { id: "app", name: "app", owner: "owner" },
        { id: "neon_auth", name: "neon_auth", owner: "owner" },
      ],
      grants: [grantOn("neon_auth.users_sync", "public=SELECT")],
      defaultPrivileges: [privilege("owner in neon_auth for tables", "reader=SELECT")],
    }),
    "extra schema neon_auth",
    "extra table neon_auth.users_sync",
    "extra default privilege the owner in neon_auth for tables",
  ],
  partitionParts: [
    of({ indexes: [index("app.part_id_idx", "users", { parent: "app.whole_id_idx" })] }),
    of({ indexes: [index("app.part_id_idx7", "users", { parent: "app.whole_id_idx", method: "hash" })] }),
    "missing index app.part_id_idx",
    "extra index app.part_id_idx7",
  ],
  owners: [
    owned("postgres"),
    owned("neondb_owner"),
    "different schema app",
    "different table app.odd",
    "different table app.teams",
    "different table app.users",
    "different schema public",
  ],
  nestedConditions: [
    withCheck("CHECK ((((name > 'a'::text) AND (name < 'b'::text)) AND (name <> ' AND ('::text)))"),
    withCheck("CHECK (((name > 'a'::text) AND ((name < 'b'::text) AND (name <> ' AND ('::text))))"),
    "different constraint app.users.users_name_check",
  ],
  sequenceNames: [
    serial("users_id_seq"),
    serial("users_id_seq1"),
    "different column app.users.id",
    "missing sequence app.users_id_seq",
    "extra sequence app.users_id_seq1",
  ],
  constraintNames: [
    of({ constraints: [constraint("app.users.users_name_check", "CHECK ((name <> ''::text))")] }),
    of({ constraints: [constraint("app.users.users_name_check1", "CHECK ((name <> ''::text))")] }),
    "missing constraint app.users.users_name_check",
    "extra constraint app.users.users_name_check1",
  ],
  indexNames: [
    of({ indexes: [index("app.users_name_idx", "users", { keys: ["name"] })] }),
    of({ indexes: [index("app.users_name_idx1", "users", { keys: ["name"] })] }),
    "missing index app.users_name_idx",
    "extra index app.users_name_idx1",
  ],
  columnOrder: [of({}), of({ tables: [table("app.users", { name: "text", id: "bigint" })] }), "different table app.users"],
  frozenTimes: [
    withDefault("'2026-01-01 00:00:00.25'::timestamp without time zone"),
    withDefault("'2026-02-02 00:00:00.5'::timestamp without time zone"),
    "different column app.users.name",
  ],
  restoredLists: [
    withCheck("CHECK (((name)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[])))"),
    withCheck("CHECK (((name)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s'::character varying)::text])))"),
    "different constraint app.users.users_name_check",
  ],
  extensionVersions: [
    of({ extensions: [{ id: "citext", name: "citext", version: "1.6", schema: "public" }] }),
    of({ extensions: [{ id: "citext", name: "citext", version: "1.8", schema: "public" }] }),
    "different extension citext",
  ],
  toolTables: [
    of({}),
    of({ tables: [USERS, table("public.alembic_version", { version_num: "text" })], schemas: of({}).schemas }),
    "extra table public.alembic_version",
  ],
  populated: [
    of({ views: [{ ...view, materialized: true, definition: "SELECT 1" }] }),
    of({ views: [{ ...view, materialized: true, definition: "SELECT 1", populated: false }] }),
    "different materialized view app.v",
  ],
  comments: [
    of({}),
    of({ comments: [{ id: "table app.users", name: "app.users", on: "table", text: "People" }] }),
    "extra comment table app.users",
  ],
  grants: [of({}), of({ grants: [grantOn("app.users", "reader=SELECT")] }), "extra grant relation app.users"],
};

const changedChecks = (one: string, other: string): readonly string[] =>
  compareCatalogs(withCheck(`CHECK ((at > '${one}'))`), withCheck(`CHECK ((at > '${other}'))`)).map(({ object }) => object);

const frozenAt = (time: string): Partial<Contents> => {
  const text = `'2026-01-01 10:11:${time}'::timestamp without time zone`;
  return {
    views: [{ id: "app.v", schema: "app", name: "v", owner: "owner", materialized: false, definition: ` SELECT ${text};`, columns: [] }],
    indexes: [
      index("app.i", "users", { predicate: `(at > ${text})`, definition: `CREATE INDEX i ON app.users (at) WHERE (at > ${text})` }),
    ],
  };
};

describe("a frozen time", () => {
  test.each([
    ["2026-01-01 10:11:12.345678'::timestamp without time zone || '", "2027-01-01 10:11:13.4'::timestamp without time zone || '"],
    ["2026-01-01 10:11:12.345678+00'::timestamp with time zone || '", "2027-01-01 10:11:13.4+00'::timestamp with time zone || '"],
    ["10:11:12.345678'::time without time zone || '", "10:11:13.4'::time without time zone || '"],
  ])("is ignored in a check: %s", (one, other) => {
    expect(changedChecks(one, other)).toEqual([]);
  });

  test.each([
    ["2026-12-31 23:59:59.999'::timestamp without time zone || '", "2027-12-31 23:59:59.999'::timestamp without time zone || '"],
    ["2026-01-01 00:00:00'::timestamp without time zone || '", "2027-01-01 00:00:00'::timestamp without time zone || '"],
    ["2026-01-01'::date || '", "2026-01-02'::date || '"],
  ])("is not what somebody wrote: %s", (one, other) => {
    expect(changedChecks(one, other)).toEqual(["app.users.users_name_check"]);
  });

  test("is ignored in views and indexes", () => {
    expect(compareCatalogs(of(frozenAt("12.5")), of(frozenAt("13.25")))).toEqual([]);
  });
});

const reported = (name: NormalisationName, applies: boolean): readonly string[] => {
  const [expected, actual] = PAIRS[name];
  const changes = compareCatalogs(expected, actual, { ...DEFAULT_NORMALISATIONS, [name]: applies });
  return changes.map(({ change, kind, object }) => `${change} ${kind} ${object}`);
};

describe.each(Object.keys(NORMALISATIONS) as NormalisationName[])("the normalisation %s", (name) => {
  test("ignores its difference when it is on", () => {
    expect(reported(name, true)).toEqual([]);
  });

  test("reports its difference when it is off", () => {
    const [, , ...changes] = PAIRS[name];
    expect(reported(name, false)).toEqual(changes);
  });
});

test("an empty database without a main owner differs only by the missing objects", () => {
  const empty = catalogOf({ tables: [], schemas: [{ id: "public", name: "public", owner: "pg_database_owner" }] });
  const full = catalogOf({ tables: [USERS], schemas: empty.schemas });
  const both = [compareCatalogs(full, empty), compareCatalogs(empty, full)];
  expect(both.map((changes) => changes.map(({ change, object }) => `${change} ${object}`))).toEqual([
    ["missing app.users"],
    ["extra app.users"],
  ]);
});

test("an owner that is not the main owner is compared, even if the main owners have different names", () => {
  const changes = compareCatalogs(owned("postgres"), owned("neondb_owner", "intruder"));
  expect(changes.map(({ object, detail }) => `${object} ${detail}`)).toEqual(["app.odd owner: the owner expected, intruder found"]);
});

const withRights = (owner: string): Catalog =>
  of({
    tables: [{ ...USERS, owner }],
    grants: [grantOn("app.users", ...[`${owner}=INSERT`, "public=SELECT"].toSorted())],
    defaultPrivileges: [privilege(`${owner} in app for tables`, ...[`${owner}=SELECT`, "reader=SELECT"].toSorted())],
    policies: [{ ...POLICY, roles: [owner, "reader"].toSorted() }],
  });

test("rights and roles are equal when the names of the main owners are sorted differently", () => {
  expect(compareCatalogs(withRights("admin"), withRights("zed"))).toEqual([]);
});

test("default privileges in a schema whose name starts like neon_auth are compared", () => {
  const changes = compareCatalogs(of({}), of({ defaultPrivileges: [privilege("deployer in neon_authors for tables", "reader=SELECT")] }));
  expect(changes.map(({ object }) => object)).toEqual(["deployer in neon_authors for tables"]);
});
