import { describe, expect, test } from "vitest";
import { applyRules } from "../../../src/audit/apply-rules.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { catalogOf, constraint, index, routine, table } from "../../support/catalog.ts";

const catalog = catalogOf({
  tables: [
    table("app.audit_users", { id: { type: "bigint", nullable: false }, changed_at: "timestamp with time zone" }),
    table("app.audit_teams", { id: { type: "bigint", nullable: false }, changed_at: "timestamp without time zone" }),
    table("app.tmp_load", { id: "bigint" }),
    table("app.a*b", { id: "bigint" }),
  ],
  constraints: ["audit_users", "audit_teams", "tmp_load", "a*b"].map((name) =>
    constraint(`app.${name}.${name}_pkey`, "PRIMARY KEY (id)", { type: "primary key", columns: ["id"] }),
  ),
  indexes: [index("app.audit_users_changed", "audit_users", { keys: ["changed_at"] })],
  routines: [
    { ...routine("app.api_get", "id bigint"), security: "definer", settings: ["search_path=app"] },
    { ...routine("app.api_put", "id bigint"), security: "invoker" },
  ],
});

function problems(text: string): unknown[] {
  const spec = parseSpec(`version: 1\nschemas:\n  app:\n${text.replaceAll(/^/gm, "    ")}\n`, "s.yaml");
  const findings = applyRules(catalog, spec, { now: new Date("2026-06-15T12:00:00Z") });
  return findings
    .filter(({ at }) => at !== undefined)
    .map(({ code, object, facts, at }) => [code, object.name, ...("property" in facts ? [facts.property] : []), at?.line]);
}

describe("a pattern", () => {
  test("requires the same of every object with a matching name", () => {
    expect(problems('tables:\n  "audit_*": { columns: { changed_at: timestamptz } }')).toEqual([
      ["different", "app.audit_teams.changed_at", "type", 5],
    ]);
  });

  test("also applies to objects that are listed by their names", () => {
    expect(problems('tables:\n  audit_teams: { columns: [id] }\n  "audit_*": { columns: { changed_at: timestamptz } }')).toEqual([
      ["different", "app.audit_teams.changed_at", "type", 6],
    ]);
  });

  test("can match nothing, unless it is required", () => {
    expect(problems('tables:\n  "log_*": { columns: [id] }')).toEqual([]);
    expect(problems('tables:\n  "log_*": { columns: [id], required: true }')).toEqual([["missing", "app.log_*", 5]]);
    expect(problems('tables:\n  "audit_*": { required: true }')).toEqual([]);
  });

  test("can forbid objects", () => {
    expect(problems('tables:\n  "tmp_*": { absent: true }')).toEqual([["forbidden", "app.tmp_load", 5]]);
  });

  test("lists its matches under exactly, and requires only what it names", () => {
    const rest = 'functions: { "api_*": }';
    expect(problems(`mode: exactly\n${rest}\ntables:\n  "audit_*": { columns: { id: bigint } }\n  "a*b":\n  tmp_load: `)).toEqual([]);
    expect(problems(`mode: exactly\n${rest}\ntables:\n  "audit_*":\n  "a*b":`)).toEqual([["unexpected", "app.tmp_load", 3]]);
  });

  test("can contain a star of the name after a backslash", () => {
    expect(problems("tables:\n  'a\\*b': { columns: { id: integer } }")).toEqual([["different", 'app."a*b".id', "type", 5]]);
    expect(problems("tables:\n  'a\\*c':")).toEqual([["missing", 'app."a*c"', 5]]);
  });

  test("for functions requires properties of each function without its arguments", () => {
    expect(problems('functions:\n  "api_*": { each: { security: definer, settings: [search_path=app] } }')).toEqual([
      ["different", "app.api_put(bigint)", "security", 5],
      ["different", "app.api_put(bigint)", "settings", 5],
    ]);
    expect(problems('functions:\n  "api_*": { absent: true }').map((one) => (one as unknown[])[1])).toEqual([
      "app.api_get(bigint)",
      "app.api_put(bigint)",
    ]);
    expect(problems('functions:\n  "rpc_*": { required: true }')).toEqual([["missing", "app.rpc_*", 5]]);
  });

  test("for schemas requires the same of each schema", () => {
    const spec = parseSpec('version: 1\nschemas:\n  "a*":\n    tables: [users]\n', "s.yaml");
    const findings = applyRules(catalog, spec, { now: new Date() });
    expect(findings.filter(({ at }) => at !== undefined).map(({ code, object }) => [code, object.name])).toEqual([
      ["missing", "app.users"],
    ]);
  });
});

describe("naming", () => {
  test("rules apply to the whole name, by kind", () => {
    expect(
      problems(
        'naming:\n  tables: "[a-z_]+"\n  columns: { like: "[a-z]+(_at)?", severity: info }\n  constraints: ".*_pkey"\n  indexes: ".*_idx"',
      ),
    ).toEqual([
      ["name-different", "app.a*b", 5],
      ["name-different", "app.audit_users_changed", 8],
    ]);
  });
});

describe("comments and grants", () => {
  const known = {
    ...catalog,
    comments: [{ id: "table app.tmp_load", on: "table", name: "app.tmp_load", text: "temporary" }],
    grants: [{ id: "relation app.tmp_load", on: "relation" as const, name: "app.tmp_load", rights: ["a=b=SELECT", "public=INSERT*"] }],
  };
  const found = (rule: string): unknown[] => {
    const spec = parseSpec(
      `version: 1\nschemas: { app: { mode: exactly, tables: { tmp_load: ${rule}, "*": }, functions: { "*": } } }`,
      "s.yaml",
    );
    return applyRules(known, spec, { now: new Date() }).flatMap(({ at, facts }) => (at === undefined ? [] : [facts]));
  };

  test("are compared only where the spec has them, also under exactly", () => {
    expect(found("{ columns: { id: bigint }, constraints: [tmp_load_pkey] }")).toEqual([]);
    expect(
      found('{ comment: temporary, grants: { "a=b": [select], public: ["insert*"] }, columns: [id], constraints: [tmp_load_pkey] }'),
    ).toEqual([]);
    expect(found("{ comment: null, grants: { reader: [select] }, columns: [id], constraints: [tmp_load_pkey] }")).toEqual([
      { property: "comment", expected: "none", actual: "temporary" },
      { property: "grants", expected: "reader: select", actual: "a=b: select; public: insert*" },
    ]);
  });
});
