import { describe, expect, test } from "vitest";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { applyRules } from "../../../src/audit/apply-rules.ts";
import type { AuditFinding } from "../../../src/audit/finding.ts";
import { AUDIT } from "../../../src/audit/source.ts";
import { messageFor } from "../../../src/findings/kind.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import type { VersionReading } from "../../../src/audit/state/versions.ts";
import { catalogOf, constraint, index, routine, table } from "../../support/catalog.ts";

const NOW = new Date("2026-06-15T12:00:00Z");

const users = table("app.users", { id: { type: "bigint", nullable: false }, email: "text", created_at: "timestamp with time zone" });
const good = catalogOf({
  tables: [users],
  indexes: [index("app.users_email", "users", { keys: ["email"] }), index("app.users_pkey", "users", { constraint: "users_pkey" })],
  constraints: [constraint("app.users.users_pkey", "PRIMARY KEY (id)", { type: "primary key" })],
  routines: [routine("app.total", "p_user bigint"), routine("app.total", "p_user bigint", "p_note text")],
});

function problems(catalog: Catalog, text: string, versions?: ReadonlyMap<string, VersionReading>): string[] {
  return brief(
    applyRules(catalog, parseSpec(`version: 1\n${text}`, "spec.yaml"), { now: NOW, state: versions === undefined ? {} : { versions } }),
  );
}

const read = (...values: readonly string[]) => new Map<string, VersionReading>([["public.alembic_version", { state: "read", values }]]);

const alone = (catalog: Catalog) => applyRules(catalog, undefined, { now: NOW });

function brief(findings: readonly AuditFinding[]): string[] {
  return findings.map(({ code, object, facts }) => {
    const property = "property" in facts ? ` (${facts.property}: ${facts.expected} / ${facts.actual})` : "";
    return `${code} ${object.kind} ${object.name}${property}`;
  });
}

const inApp = (text: string): string => `schemas:\n  app:\n${text.replaceAll(/^/gm, "    ")}`;

describe("a spec", () => {
  test("that the database fulfils gives no findings", () => {
    const spec = `tables:
  users:
    columns: { id: { type: int8, nullable: false }, email: TEXT, created_at: timestamptz }
    constraints: [users_pkey]
    indexes: { users_email: { columns: [email], unique: false, where: null } }
functions:
  total: ["(bigint)", "(p_user bigint, p_note text) returns int"]
indexes: [users_email]`;
    expect(problems(good, inApp(spec))).toEqual([]);
  });

  test.each([
    ["-1", "'-1'::integer"],
    ["-0.5", "'-0.5'::numeric"],
    ["'ok'", `'ok'::"Odd".mood`],
    ["'new'", "'new'::text"],
  ])("can write the default %s differently from Postgres", (written, actual) => {
    const catalog = catalogOf({ tables: [table("app.users", { n: { type: "integer", default: actual } })] });
    const differences = [written, "-2"].map((value) =>
      problems(catalog, inApp(`tables: { users: { columns: { n: { default: "${value}" } } } }`)).filter((line) =>
        line.startsWith("different"),
      ),
    );
    expect(differences.map(({ length }) => length)).toEqual([0, 1]);
  });

  test.each([
    ["schemas: [billing]", "missing schema billing"],
    ["extensions: [citext]", "missing extension citext"],
    [inApp("tables: [user]"), 'missing table app."user"'],
    [inApp("tables: { users: { columns: [emial] } }"), "missing column app.users.emial"],
    [inApp("tables: { users: { columns: { id: integer } } }"), "different column app.users.id (type: integer / bigint)"],
    [inApp("tables: { users: { columns: { email: { nullable: false } } } }"), "different column app.users.email (nullable: no / yes)"],
    [inApp("tables: { users: { columns: { email: { default: \"'x'\" } } } }"), "different column app.users.email (default: 'x' / none)"],
    [inApp("tables: { users: { indexes: [users_created] } }"), "missing index app.users_created"],
    [inApp("tables: { users: { indexes: { users_email: { unique: true } } } }"), "different index app.users_email (unique: yes / no)"],
    [inApp("tables: { users: { constraints: [users_check] } }"), "missing constraint app.users.users_check"],
    [
      inApp("tables: { users: { constraints: { users_pkey: PRIMARY KEY (email) } } }"),
      "different constraint app.users.users_pkey (definition: PRIMARY KEY (email) / PRIMARY KEY (id))",
    ],
    [inApp("functions: [totals]"), "missing function app.totals"],
    [inApp("tables: { users: { absent: true } }"), "forbidden table app.users"],
    [inApp("tables: { users: { columns: { email: { absent: true } } } }"), "forbidden column app.users.email"],
    [inApp("enums: { mood: [sad, happy] }"), "missing enum app.mood"],
    [inApp("views: { v: { options: [] } }"), "missing view app.v"],
    [inApp("sequences: { s: { start: 5 } }"), "missing sequence app.s"],
    ["schemas: { app: { absent: true } }", "forbidden schema app"],
  ])("%j gives only the finding: %s", (spec, expected) => {
    expect(problems(good, spec)).toEqual([expected]);
  });

  test("always lists all overloads of a function", () => {
    expect(problems(good, inApp("functions: { total: ['(p_user bigint, p_note text)', '(p_user integer)'] }"))).toEqual([
      "unexpected function app.total(bigint)",
      "missing function app.total(integer)",
    ]);
  });

  test('reports an extra overload also under "at least", and quotes its names so that they can be copied', () => {
    const catalog = catalogOf({ routines: [routine("app.total", "Id bigint"), routine("app.total", "Id text")] });
    const spec = parseSpec(`version: 1\n${inApp("functions: { total: ['(text)'] }")}`, "s.yaml");
    const [found] = applyRules(catalog, spec, { now: NOW }).filter(({ code }) => code === "unexpected");
    expect(found === undefined ? undefined : messageFor(found, AUDIT)).toMatchObject({
      problem: "overload is not in the spec, which lists all overloads of this function",
      details: ['found: function app.total("Id" bigint)'],
    });
  });

  test("compares the names of a function's arguments, because callers can use them", () => {
    expect(problems(good, inApp("functions: { total: ['(user_id bigint)', '(bigint, text)'] }"))).toEqual([
      "different function app.total(bigint) (arguments: user_id / p_user)",
    ]);
  });

  test('in the mode "exactly" allows no other objects, and requires default values where it gives none', () => {
    const spec = `mode: exactly
tables:
  users: { columns: { id: bigint, email: text } }
`;
    expect(problems(good, inApp(spec))).toEqual([
      "unexpected function app.total(bigint)",
      "unexpected function app.total(bigint, text)",
      "unexpected column app.users.created_at",
      "different column app.users.id (nullable: yes / no)",
      "unexpected constraint app.users.users_pkey",
      "unexpected index app.users_email",
    ]);
  });

  test("requires only existence where it gives only a name", () => {
    expect(problems(good, inApp("mode: exactly\ntables: [users]\nfunctions: { total: }"))).toEqual([]);
  });

  test("gives its reason, severity and line to the findings", () => {
    const spec = parseSpec(`version: 1\n${inApp("tables:\n  invoices: { reason: billing reads it, severity: warning }")}`, "spec.yaml");
    expect(applyRules(good, spec, { now: NOW })).toEqual([
      {
        code: "missing",
        severity: "warning",
        object: { kind: "table", name: "app.invoices" },
        facts: {},
        reason: "billing reads it",
        at: { file: "spec.yaml", line: 5 },
      },
    ]);
  });

  test("suggests the most similar name", () => {
    const [found] = applyRules(good, parseSpec(`version: 1\n${inApp("tables: [usres]")}`, "spec.yaml"), { now: NOW });
    expect(found?.facts).toMatchObject({ nearest: "users" });
  });
});

describe("an exception in the spec", () => {
  const missing = inApp("tables: [removed]");

  test("hides the named finding until its last day", () => {
    expect(
      problems(good, `${missing}\nignore: [{ object: app.r*, code: missing, reason: it is renamed soon, until: 2026-06-15 }]`),
    ).toEqual([]);
  });

  test("does not hide other findings", () => {
    expect(
      problems(
        good,
        `${missing}\nignore: [{ object: app.remove, reason: other }, { object: app.removed, code: different, reason: other }]`,
      ),
    ).toEqual(["missing table app.removed"]);
  });

  test("is reported after its last day", () => {
    expect(problems(good, `${missing}\nignore: [{ object: app.removed, reason: it is renamed soon, until: 2026-06-14 }]`)).toEqual([
      "missing table app.removed",
      "ignore-expired spec app.removed",
    ]);
  });
});

describe("migration versions", () => {
  const spec = "migrations: { public.alembic_version: { column: version_num, equals: [0035] } }";

  test("are compared as texts, with leading zeros", () => {
    expect(problems(good, spec, read("0035"))).toEqual([]);
  });

  test.each([
    ["another version", read("0034")],
    ["no version", read()],
    ["two heads", read("0035", "0034")],
    ["one version twice", read("0035", "0035")],
  ])("are reported for %s", (_, versions) => {
    expect(problems(good, spec, versions)).toEqual(["version-different table public.alembic_version"]);
  });

  test("are reported when they cannot be read", () => {
    const versions = new Map<string, VersionReading>([["public.alembic_version", { state: "unreadable", why: "no such table" }]]);
    expect(problems(good, spec, versions)).toEqual(["version-unreadable table public.alembic_version"]);
  });

  test("can include more versions than the list under contains", () => {
    expect(problems(good, "migrations: { alembic_version: { column: v, contains: [a] } }", read("a", "b"))).toEqual([]);
  });
});

describe("without a spec", () => {
  test("a good database has no findings", () => {
    expect(alone(good)).toEqual([]);
  });

  test("an invalid index is an error", () => {
    const findings = alone(catalogOf({ indexes: [index("app.i", "t", { valid: false })] }));
    expect(findings).toMatchObject([{ code: "index-invalid", severity: "error", object: { name: "app.i" } }]);
  });

  test("a constraint that was never validated is a warning, once for a partitioned table, and not if it is not enforced", () => {
    const broken = constraint("app.t.c", "CHECK (a) NOT VALID", { validated: false });
    const findings = alone(
      catalogOf({ constraints: [broken, { ...broken, id: "app.p.c", inherited: true }, { ...broken, id: "app.n.c", enforced: false }] }),
    );
    expect(findings).toMatchObject([{ code: "constraint-not-validated", severity: "warning", object: { name: "app.t.c" } }]);
  });

  const claims = [routine("app.claim", "p_id text", "p_size integer"), routine("app.claim", "p_size integer", "p_id text")];

  test("an ambiguous pair of overloads is an error that shows the failing call", () => {
    expect(alone(catalogOf({ routines: claims }))).toMatchObject([
      {
        code: "overload-ambiguous",
        severity: "error",
        object: { name: "app.claim(text, integer)" },
        facts: { other: "app.claim(integer, text)", call: "select app.claim(p_id => null::text, p_size => null::integer)" },
      },
    ]);
  });

  test("the pair is also an error when the spec lists both overloads", () => {
    const spec = parseSpec(`version: 1\n${inApp("functions: { claim: ['(text, int)', '(int, text)'] }")}`, "spec.yaml");
    expect(applyRules(catalogOf({ routines: claims }), spec, { now: NOW })).toMatchObject([{ severity: "error" }]);
  });

  test("a pair that is ambiguous only for untyped arguments has the severity info", () => {
    const pair = [routine("app.f", "integer"), routine("app.f", "boolean")];
    expect(alone(catalogOf({ routines: pair }))).toMatchObject([
      { code: "overload-ambiguous", severity: "info", facts: { notation: "untyped", call: "select app.f(null)" } },
    ]);
  });

  const versionTable = table("public.alembic_version", { version_num: "text" });
  const twoHeads = catalogOf({
    tables: [versionTable],
    constraints: [constraint("public.alembic_version.pkc", "PRIMARY KEY (version_num)", { type: "primary key" })],
  });
  test.each([
    ["are a warning where the repository is not known", undefined, ["version-several warning"]],
    ["are an error where the repository has one head", { heads: ["b"] }, ["version-several error"]],
    ["are not reported where the repository has both", { heads: ["b", "a"] }, []],
    ["are an error where one is not in the repository", { heads: ["b", "a"], known: ["b"] }, ["version-unknown error"]],
  ])("several heads %s", (_, repository, expected) => {
    const state = { versions: read("a", "b") };
    const findings = applyRules(twoHeads, undefined, { now: NOW, state, repository });
    expect(findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(expected);
  });

  test("of two equal indexes, the one of the primary key is kept", () => {
    const catalog = catalogOf({
      tables: [table("app.t", { id: { type: "bigint", nullable: false } })],
      constraints: [
        constraint("app.t.z_pkey", "PRIMARY KEY (id)", { type: "primary key" }),
        constraint("app.t.a_key", "UNIQUE (id)", { type: "unique" }),
      ],
      indexes: ["a_key", "z_pkey"].map((name) => index(`app.${name}`, "t", { unique: true, constraint: name })),
    });
    expect(alone(catalog)).toMatchObject([{ code: "index-duplicate", object: { name: "app.a_key" }, facts: { other: "app.z_pkey" } }]);
  });

  test("findings with the highest severity come first", () => {
    const catalog = catalogOf({
      routines: claims,
      constraints: [constraint("app.a.c", "CHECK (a)", { validated: false })],
      indexes: [index("app.z", "t", { valid: false })],
    });
    expect(alone(catalog).map(({ severity }) => severity)).toEqual(["error", "error", "warning"]);
  });
});
