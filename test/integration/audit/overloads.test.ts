import * as fc from "fast-check";
import { beforeAll, expect, inject, test } from "vitest";
import { readCatalog } from "../../../src/audit/catalog/read.ts";
import { IMPLICIT_CASTS } from "../../../src/audit/casts.ts";
import { check } from "../../../src/audit/check.ts";
import { connect, withSession, type Session } from "../../../src/postgres/connect.ts";
import { codeOf } from "../../../src/postgres/sqlstate.ts";

const AMBIGUOUS_FUNCTION = "42725";
const NOW = new Date("2026-06-15T12:00:00Z");

let session: Session;

beforeAll(async () => {
  const url = new URL(inject("serverUrl"));
  await withSession(url.href, (admin) => admin.query("create database overloads"));
  url.pathname = "/overloads";
  session = await connect(url.href);
  await session.query("create schema app");
  return () => session.close();
});

/** What the audit says about functions with these arguments, and a way to ask Postgres; all undone afterwards. */
async function withFunctions<T>(lists: readonly string[], work: (findings: ReturnType<typeof check>) => Promise<T>): Promise<T> {
  await session.query("begin");
  try {
    for (const list of lists) await session.query(`create function app.f(${list}) returns integer language sql as 'select 1'`);
    return await work(check(await readCatalog(session), undefined, { now: NOW }));
  } finally {
    await session.query("rollback");
  }
}

/** The SQLSTATE of a call; undefined when it succeeds. The transaction goes on. */
async function failure(call: string): Promise<string | undefined> {
  await session.query("savepoint before");
  try {
    await session.query(call);
    return undefined;
  } catch (thrown) {
    return codeOf(thrown) ?? "unknown";
  } finally {
    await session.query("rollback to savepoint before");
  }
}

interface Parameter {
  readonly name: string;
  readonly type: string;
}

/** A parameter list whose last ones may have defaults, as Postgres wants it. */
const parameters = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 4 }),
    fc.array(fc.constantFrom("integer", "text", "boolean"), { minLength: 4, maxLength: 4 }),
    fc.nat(3),
  )
  .map(([names, types, defaults]) => ({
    list: names.map((name, at): Parameter => ({ name, type: types[at] ?? "text" })),
    defaults: Math.min(defaults, names.length),
  }));

const declared = ({ list, defaults }: { readonly list: readonly Parameter[]; readonly defaults: number }): string =>
  list.map(({ name, type }, at) => `${name} ${type}${at >= list.length - defaults ? " default null" : ""}`).join(", ");

const typesOf = (list: readonly Parameter[]): string => list.map(({ type }) => type).join();

/** Every way to call by typed arguments: some by position, some of the others by name. */
function typedCalls(list: readonly Parameter[]): string[] {
  return list
    .flatMap((_, taken) => [taken, taken + 1])
    .flatMap((taken) => {
      const rest = list.slice(taken);
      const subsets = Array.from({ length: 2 ** rest.length }, (_, bits) => rest.filter((_one, at) => (bits >> at) % 2 === 1));
      const positional = list.slice(0, taken).map(({ type }) => `null::${type}`);
      return subsets.map(
        (named) => `select app.f(${[...positional, ...named.map(({ name, type }) => `${name} => null::${type}`)].join(", ")})`,
      );
    });
}

test("a pair is an error exactly when Postgres refuses a typed call of it as not unique, and the call shown is such a one", async () => {
  await fc.assert(
    fc.asyncProperty(parameters, parameters, async (one, other) => {
      fc.pre(typesOf(one.list) !== typesOf(other.list));
      await withFunctions([declared(one), declared(other)], async (findings) => {
        const told = findings.filter(({ severity }) => severity === "error");
        const answers = new Set<string | undefined>();
        for (const call of new Set([...typedCalls(one.list), ...typedCalls(other.list)])) answers.add(await failure(call));
        expect(told).toHaveLength(answers.has(AMBIGUOUS_FUNCTION) ? 1 : 0);
        for (const { facts } of told) expect(await failure("call" in facts ? facts.call : "")).toBe(AMBIGUOUS_FUNCTION);
      });
    }),
    { numRuns: 60 },
  );
});

test("a pair is an information exactly when only untyped arguments are refused as not unique", async () => {
  const unnamed = fc.array(fc.constantFrom("integer", "bigint", "text", "varchar", "boolean", "uuid", "date", "timestamptz", "jsonb"), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(unnamed, { selector: (types) => types.join(), minLength: 2, maxLength: 4 }), async (overloads) => {
      await withFunctions(
        overloads.map((types) => types.join(", ")),
        async (findings) => {
          const answers: (string | undefined)[] = [];
          for (const count of [1, 2, 3])
            answers.push(await failure(`select app.f(${Array.from({ length: count }, () => "null").join(", ")})`));
          const told = findings.filter(({ severity }) => severity === "info");
          // A warning about calls that need conversions goes before.
          const wanted = told.length < findings.length ? told.length : answers.includes(AMBIGUOUS_FUNCTION) ? 1 : 0;
          expect(told).toHaveLength(wanted);
          for (const { facts } of told) expect(await failure("call" in facts ? facts.call : "")).toBe(AMBIGUOUS_FUNCTION);
        },
      );
    }),
    { numRuns: 80 },
  );
});

test("a pair is a warning exactly when Postgres refuses a call with types between theirs as not unique", async () => {
  const types = ["smallint", "integer", "bigint", "numeric", "real", "double precision", "text", "date", "timestamp", "timestamptz"];
  const list = fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(list, { selector: (each) => each.join(), minLength: 2, maxLength: 3 }), async (overloads) => {
      await withFunctions(
        overloads.map((each) => each.join(", ")),
        async (findings) => {
          const told = findings.filter(({ severity }) => severity === "warning");
          const answers = new Set<string | undefined>();
          const calls = [...types.map((one) => [one]), ...types.flatMap((one) => types.map((other) => [one, other]))];
          for (const call of calls) answers.add(await failure(`select app.f(${call.map((type) => `null::${type}`).join(", ")})`));
          expect(told.length > 0).toBe(answers.has(AMBIGUOUS_FUNCTION));
          for (const { facts } of told) expect(await failure("call" in facts ? facts.call : "")).toBe(AMBIGUOUS_FUNCTION);
        },
      );
    }),
    { numRuns: 60 },
  );
});

test("the conversions that Postgres makes unasked are those of its catalog", async () => {
  const named = [...new Set([...Object.keys(IMPLICIT_CASTS), ...Object.values(IMPLICIT_CASTS).flat()])];
  const rows = await session.query<{ source: string; target: string }>(
    `select castsource::regtype::text as source, casttarget::regtype::text as target from pg_cast
     where castcontext = 'i' and castsource <> casttarget and castsource::regtype::text = any($1) and casttarget::regtype::text = any($1)
     order by 1, 2`,
    [named],
  );
  const ours = Object.entries(IMPLICIT_CASTS).flatMap(([source, targets]) => targets.map((target) => `${source} as ${target}`));
  expect(ours.toSorted()).toEqual(rows.map(({ source, target }) => `${source} as ${target}`).toSorted());
});

test.each([
  ["the worker's overload with a default retry delay", ", p_retry_delay_seconds integer default 60", "error"],
  ["the worker's overload as it was repaired", ", p_retry_delay_seconds integer", undefined],
])("the outbox case: %s", async (_, tail, severity) => {
  const worker = `p_event_id bigint, p_processor_id text, p_success boolean, p_error text${tail}`;
  const tests = "p_event_id bigint, p_success boolean, p_error text, p_processor_id text";
  await withFunctions([worker, tests], async (findings) => {
    expect(findings.map((finding) => finding.severity)).toEqual(severity === undefined ? [] : [severity]);
    const call = "select app.f(p_event_id => 1, p_processor_id => 'w', p_success => true, p_error => null)";
    expect(await failure(call)).toBe(severity === undefined ? undefined : AMBIGUOUS_FUNCTION);
  });
});
