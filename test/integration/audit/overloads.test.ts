import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { castsOf, CATEGORIES, IMPLICIT_CASTS } from "../../../src/audit/overloads/casts.ts";
import { applyRules } from "../../../src/audit/apply-rules.ts";
import { resolve, type Call } from "../../../src/audit/overloads/resolution.ts";
import { connect, type Session } from "../../support/session.ts";
import { newDatabase } from "../../support/new-database.ts";

const AMBIGUOUS_FUNCTION = "42725";
const NOW = new Date("2026-06-15T12:00:00Z");

let session: Session;

beforeAll(async () => {
  session = await connect(await newDatabase("overloads"));
  await session.query(`create schema app;
    create type app.mood as enum ('sad', 'happy');
    create domain app.count as integer;
    create domain app.score as app.count;
    create domain app.code as varchar(10);
    create function app.to_text(app.mood) returns text language sql immutable as 'select null::text';
    create cast (app.mood as text) with function app.to_text(app.mood) as implicit`);
  return () => session.close();
});

/** Declares functions and procedures, calls `work`, and rolls back. */
async function withRoutines<T>(declarations: readonly string[], work: (catalog: Catalog) => Promise<T>): Promise<T> {
  await session.query("begin");
  try {
    for (const declaration of declarations) await session.query(`create ${declaration}`);
    return await work(await readCatalog(session));
  } finally {
    await session.query("rollback");
  }
}

const asFunction = (list: string): string => `function app.f(${list}) returns integer language sql as 'select 1'`;
const findingsOf = (catalog: Catalog): ReturnType<typeof applyRules> => applyRules(catalog, undefined, { now: NOW });

/** The result of each call in Postgres: an SQLSTATE, or `done`. */
async function resultsOf(calls: readonly string[]): Promise<readonly string[]> {
  await session.query("select set_config('overloads.calls', $1, true)", [JSON.stringify(calls)]);
  await session.query(`do $$
    declare
      results jsonb := '[]';
      one text;
    begin
      for one in select value from jsonb_array_elements_text(current_setting('overloads.calls')::jsonb) loop
        begin
          execute one;
          results := results || to_jsonb('done'::text);
        exception when others then
          results := results || to_jsonb(sqlstate);
        end;
      end loop;
      perform set_config('overloads.results', results::text, true);
    end $$`);
  const [row] = await session.query<{ results: readonly string[] }>("select current_setting('overloads.results')::jsonb as results");
  return row?.results ?? [];
}

const callText = (call: Call): string =>
  `${call.verb} app.f(${call.arguments
    .map(({ type, name }) => `${name === undefined ? "" : `${name} => `}null${type === undefined ? "" : `::${type}`}`)
    .join(", ")})`;

const TYPES =
  `smallint integer bigint numeric real float8 oid regclass text varchar bpchar name "char" boolean date timestamp timestamptz time timetz interval
  uuid jsonb bytea inet cidr bit varbit integer[] bigint[] text[] app.mood app.count app.score app.code app.mood[] int4range`.split(/\s+/);

interface Parameter {
  readonly name: string;
  readonly type: string;
}

interface Overload {
  readonly kind: "function" | "procedure";
  readonly parameters: readonly Parameter[];
  /** The number of last parameters with defaults. */
  readonly defaults: number;
  /** Whether the last parameter accepts any number of values. */
  readonly variadic: boolean;
}

/** Overloads with up to three parameters of these types. There are few types and names, so that many calls are ambiguous. */
const overloadsOf = (types: readonly string[]): fc.Arbitrary<readonly Overload[]> => {
  const overload = fc
    .record({
      kind: fc.constantFrom("function", "function", "function", "procedure"),
      names: fc.uniqueArray(fc.constantFrom("a", "b", "c", ""), { maxLength: 3, selector: (name) => (name === "" ? {} : name) }),
      types: fc.array(fc.constantFrom(...types), { minLength: 3, maxLength: 3 }),
      defaults: fc.constantFrom(0, 0, 0, 1, 2, 3),
      variadic: fc.constantFrom(false, false, false, true),
    })
    .map((made): Overload => ({
      kind: made.kind,
      parameters: made.names.map((name, at) => ({ name, type: made.types[at] ?? "text" })),
      defaults: Math.min(made.defaults, made.names.length),
      variadic: made.variadic && made.names.length > 0,
    }));
  return fc.uniqueArray(overload, { minLength: 2, maxLength: 4, selector: (made) => inputTypes(made).join() });
};

const inputTypes = ({ parameters, variadic }: Overload): readonly string[] =>
  parameters.map(({ type }, at) => (variadic && at === parameters.length - 1 && !type.endsWith("]") ? `${type}[]` : type));

function declared(overload: Overload): string {
  const { kind, parameters, defaults, variadic } = overload;
  const types = inputTypes(overload);
  const list = parameters.map(({ name }, at) =>
    [
      variadic && at === parameters.length - 1 ? "variadic" : "",
      name,
      types[at],
      at >= parameters.length - defaults ? "default null" : "",
    ].join(" "),
  );
  return kind === "function" ? asFunction(list.join(", ")) : `procedure app.f(${list.join(", ")}) language sql as 'select 1'`;
}

/** Calls with types and names of the overloads, with related types, and without types. */
const callsOf = (types: readonly string[]): fc.Arbitrary<readonly Call[]> => {
  const type = fc.constantFrom(undefined, undefined, ...types.filter((each) => !each.includes("regclass")));
  const call = fc
    .record({
      verb: fc.constantFrom("select", "select", "select", "call"),
      positional: fc.array(type, { maxLength: 3 }),
      named: fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c"), type), { selector: ([name]) => name, maxLength: 3 }),
      mixed: fc.boolean(),
    })
    .map(({ verb, positional, named, mixed }): Call => ({
      verb,
      arguments: [...positional.map((each) => ({ type: each })), ...(mixed ? named : []).map(([name, each]) => ({ name, type: each }))],
    }));
  return fc.array(call, { minLength: 60, maxLength: 60 });
};

const sets = fc
  .uniqueArray(fc.constantFrom(...TYPES), { minLength: 2, maxLength: 5 })
  .chain((types) => fc.tuple(overloadsOf(types), callsOf(types)));

/** A type as the catalog writes it. */
async function formatted(calls: readonly Call[]): Promise<readonly Call[]> {
  const types = [...new Set(calls.flatMap((call) => call.arguments.flatMap(({ type }) => type ?? [])))];
  const rows = await session.query<{ type: string; full: string }>(
    "select t as type, format_type(t::regtype, null) as full from unnest($1::text[]) t",
    [types],
  );
  const full = new Map(rows.map((row) => [row.type, row.full]));
  return calls.map((call) => ({
    ...call,
    arguments: call.arguments.map(({ type, name }) => ({ type: type === undefined ? undefined : full.get(type), name })),
  }));
}

test(
  "in hundreds of sets of overloads, each call resolves as in Postgres, and every ambiguous set is reported",
  { tags: "proof" },
  async () => {
    const seen = { calls: 0, ambiguous: 0, sets: 0, reported: 0 };
    await fc.assert(
      fc.asyncProperty(sets, async ([overloads, drawn]) => {
        await withRoutines(overloads.map(declared), async (catalog) => {
          const group = catalog.routines.filter(({ name }) => name === "f");
          const casts = castsOf(catalog);
          const calls = await formatted(drawn);
          const results = await resultsOf(calls.map(callText));
          const actual = calls.map((call) => ((resolve(group, call, casts)?.length ?? 0) > 1 ? AMBIGUOUS_FUNCTION : "other"));
          const expected = results.map((result) => (result === AMBIGUOUS_FUNCTION ? result : "other"));
          const different = calls.filter((_, at) => actual[at] !== expected[at]).map(callText);
          expect({ overloads: overloads.map(declared), different }).toEqual({ overloads: overloads.map(declared), different: [] });

          const reported = findingsOf(catalog).flatMap(({ facts }) => ("call" in facts ? [facts.call] : []));
          const refused = await resultsOf(reported);
          expect({ reported, refused }).toEqual({ reported, refused: reported.map(() => AMBIGUOUS_FUNCTION) });
          const isMissed = expected.includes(AMBIGUOUS_FUNCTION) && reported.length === 0;
          expect({ overloads: overloads.map(declared), isMissed }).toMatchObject({ isMissed: false });

          seen.sets += 1;
          seen.calls += calls.length;
          seen.ambiguous += expected.filter((result) => result === AMBIGUOUS_FUNCTION).length;
          seen.reported += reported.length > 0 ? 1 : 0;
        });
      }),
      { numRuns: 300 },
    );
    // Enough sets of both kinds, so that the test is meaningful.
    expect(seen.ambiguous).toBeGreaterThan(100);
    expect(seen.reported).toBeGreaterThan(30);
    expect(seen.sets - seen.reported).toBeGreaterThan(30);
  },
);

describe("the severity", () => {
  test.each([
    ["a typed call is ambiguous", ["a integer", "a integer, b text default ''"], "error"],
    ["a typed call with names is ambiguous", ["a integer, b text", "b text, a integer"], "error"],
    ["a typed call is ambiguous and one overload is a procedure", ["a integer"], "error"],
    ["arguments must be converted for both", ["integer, bigint", "bigint, integer"], "warning"],
    ["arguments must be converted for both, by name", ["a integer, b bigint default 0", "a bigint, b integer default 0"], "warning"],
    ["a time matches neither type exactly", ["timetz", "interval"], "info"],
    ["arrays must be converted for both", ["integer[], bigint[]", "bigint[], integer[]"], "warning"],
    ["a smaller number matches neither type exactly", ["integer", "bigint"], "info"],
    ["a null is ambiguous", ["integer", "boolean"], "info"],
    ["a null with a typed argument is ambiguous", ["integer, date", "integer, boolean", "text, text"], "info"],
    ["a null is ambiguous because of a variadic overload", ["variadic integer[]", "variadic boolean[]"], "info"],
    ["a polymorphic overload has a default", ["anyelement", "anyelement, text default ''"], "error"],
  ])("when %s", async (_, lists, severity) => {
    const more = lists.length === 1 ? ["procedure app.f(a integer, b text default '') language sql as 'select 1'"] : [];
    await withRoutines([...lists.map(asFunction), ...more], async (catalog) => {
      const findings = findingsOf(catalog);
      expect(findings.map((found) => found.severity)).toEqual([severity]);
      const calls = findings.flatMap(({ facts }) => ("call" in facts ? [facts.call] : []));
      expect(await resultsOf(calls)).toEqual([AMBIGUOUS_FUNCTION]);
    });
  });

  test.each([
    ["an overload takes text", ["integer", "boolean", "text"]],
    ["an ordinary function is preferred to a variadic one", ["integer", "variadic integer[]"]],
    ["the numbers and types of parameters differ", ["integer", "text, text", "a integer, b integer, c integer"]],
  ])("is not reported when %s", async (_, lists) => {
    await withRoutines(lists.map(asFunction), async (catalog) => {
      expect(findingsOf(catalog)).toEqual([]);
    });
  });
});

test("the implicit casts and type categories are the same as in the catalog of Postgres", async () => {
  // Casts of internal types, such as query trees, are left out because functions of users do not have them.
  const rows = await session.query<{ source: string; targets: string[] }>(
    `select castsource::regtype::text as source, array_agg(casttarget::regtype::text order by casttarget::regtype::text collate "C") as targets
     from pg_cast where castcontext = 'i' and castsource <> casttarget and oid < 16384 and castsource::regtype::text !~ '^pg_' group by 1`,
  );
  const sorted = Object.fromEntries(Object.entries(IMPLICIT_CASTS).map(([source, targets]) => [source, targets.toSorted()]));
  expect(sorted).toEqual(Object.fromEntries(rows.map(({ source, targets }) => [source, targets])));
  const types = await session.query<{ type: string; category: string }>(
    "select t as type, typcategory as category from unnest($1::text[]) t join pg_type on oid = t::regtype",
    [Object.keys(CATEGORIES)],
  );
  expect(Object.fromEntries(types.map(({ type, category }) => [type, category]))).toEqual(CATEGORIES);
});

test.each([
  ["the worker's overload with a default retry delay", ", p_retry_delay_seconds integer default 60", "error"],
  ["the worker's overload after the repair", ", p_retry_delay_seconds integer", undefined],
])("the outbox case, %s", async (_, tail, severity) => {
  const worker = `p_event_id bigint, p_processor_id text, p_success boolean, p_error text${tail}`;
  const tests = "p_event_id bigint, p_success boolean, p_error text, p_processor_id text";
  await withRoutines([worker, tests].map(asFunction), async (catalog) => {
    expect(findingsOf(catalog).map((finding) => finding.severity)).toEqual(severity === undefined ? [] : [severity]);
    const call = "select app.f(p_event_id => 1, p_processor_id => 'w', p_success => true, p_error => null)";
    expect(await resultsOf([call])).toEqual([severity === undefined ? "done" : AMBIGUOUS_FUNCTION]);
  });
});
