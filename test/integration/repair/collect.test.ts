// @module-tag proof
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messageOf } from "../../../src/errors.ts";
import { CONVERGED } from "../../mutation/repair.ts";
import { findMajor, twoMajors } from "../../support/majors.ts";
import { withSession } from "../../support/session.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { FOREIGN_CASES } from "./cases/foreign.ts";
import { GUARD_CASES } from "./cases/guards.ts";
import { INDEX_CASES, TYPE_CASES } from "./cases/indexes.ts";
import { INHERITED_CASES, NOT_NULL_CASES } from "./cases/not-null.ts";
import { OPERATOR_CASES } from "./cases/operators.ts";
import { RIGHT_CASES } from "./cases/rights.ts";
import { SEARCH_PATH_CASES } from "./cases/search-path.ts";
import { SEQUENCE_CASES } from "./cases/sequences.ts";
import { repairedOn } from "./repaired.ts";

const CASES = Object.entries({
  ...OPERATOR_CASES,
  ...GUARD_CASES,
  ...SEQUENCE_CASES,
  ...RIGHT_CASES,
  ...INHERITED_CASES,
  ...SEARCH_PATH_CASES,
  ...FOREIGN_CASES,
  ...INDEX_CASES,
  ...TYPE_CASES,
});

describe.each(twoMajors())("PostgreSQL %i", { timeout: 60_000 }, (major) => {
  let server: TestServer;

  beforeAll(async () => {
    const binaries = await findMajor(major);
    server = await startServer({}, binaries === undefined ? {} : { binaries });
  });
  afterAll(() => server.stop());

  test.each(CASES)("%s", async (_, [expected, actual]) => {
    expect((await repairedOn(server.url, expected, actual)).verdict).toEqual(CONVERGED);
  });

  test.each(Object.entries(NOT_NULL_CASES))("%s", async (_, [expected, actual]) => {
    const outcome =
      major >= 18
        ? (await repairedOn(server.url, expected, actual)).verdict
        : await withSession(server.url, (session) => session.query(`begin; ${expected}; ${actual}`)).catch(messageOf);
    const refused: unknown = expect.stringMatching(/syntax error/);
    expect(outcome).toEqual(major >= 18 ? CONVERGED : refused);
  });

  test("what needs an object that cannot be created is reported after it", async () => {
    const { verdict } = await repairedOn(
      server.url,
      `create function f(t text) returns text language plpgsql immutable as 'begin return nowhere(t); end';
       create table t (a text, b text generated always as (f(a)) stored); create index i on t (b); create view aa as select b from t; create view v as select * from aa`,
      "create table t (a text); insert into t values ('a')",
    );
    expect(verdict.why).toEqual([
      "missing column public.t.b: its repair failed on a copy: function nowhere(text) does not exist (hint: No function matches the given name and argument types. You might need to add explicit type casts)",
      "missing view public.aa: it needs the column public.t.b, which is not repaired",
      "missing index public.i: it needs the column public.t.b, which is not repaired",
      "missing view public.v: it needs the column public.t.b, which is not repaired",
    ]);
  });

  test("an identity column continues the values of the sequence that its default used", async () => {
    const { verdict, query } = await repairedOn(
      server.url,
      "create table t (id integer generated always as identity, v integer)",
      "create sequence t_id_seq; create table t (id integer not null default nextval('t_id_seq'), v integer); insert into t (v) values (5), (6), (7); delete from t where id > 1",
    );
    expect(verdict).toEqual(CONVERGED);
    expect(await query("insert into t (v) values (8) returning id")).toEqual([{ id: 4 }]);
  });
});
