// @module-tag proof
import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

const made = `create table events (id integer) partition by range (id);
  create table "events Old" partition of events for values from (0) to (10) partition by range (id);
  create table oldest partition of "events Old" for values from (0) to (5);
  create function f() returns trigger language plpgsql as 'begin return new; end'`;
const trigger = "create trigger t after insert on events for each row execute function f()";

const firing = "select tgrelid::regclass::text as on, tgenabled as fires from pg_trigger where tgname = 't' order by 1";

describe("a trigger of a partitioned table", { timeout: 60_000 }, () => {
  test.each([
    [
      "is enabled on a partition where it is disabled",
      [trigger],
      [trigger, "alter table oldest disable trigger t"],
      { events: "O", '"events Old"': "O", oldest: "O" },
    ],
    [
      "is disabled on a partition where it is expected to be disabled",
      [trigger, 'alter table only "events Old" disable trigger t'],
      [trigger],
      { events: "O", '"events Old"': "D", oldest: "O" },
    ],
    [
      "is created with its own setting on a partition",
      [trigger, "alter table oldest enable always trigger t"],
      [],
      { events: "O", '"events Old"': "O", oldest: "A" },
    ],
    [
      "is changed on the table and on its partitions",
      [trigger, "alter table events enable replica trigger t", "alter table oldest disable trigger t"],
      [trigger, "alter table oldest enable always trigger t"],
      { events: "R", '"events Old"': "R", oldest: "D" },
    ],
  ])("%s", async (_, wanted, existing, fires) => {
    const { verdict, query } = await repaired([made, ...wanted].join(";"), made, ...existing);
    expect(verdict).toEqual(CONVERGED);
    expect(Object.fromEntries((await query<{ on: string; fires: string }>(firing)).map((row) => [row.on, row.fires]))).toEqual(fires);
  });
});

const endingAt = (end: number): string => `create table m (ts integer) partition by range (ts);
  create table m2 partition of m for values from (0) to (${end}) partition by range (ts); create table m2a partition of m2 for values from (0) to (9);
  create function tf() returns trigger language plpgsql as 'begin return new; end';
  create trigger one after insert on m for each row execute function tf(); create trigger two after insert on m for each row execute function tf();
  alter table only m enable always trigger two; alter table only m2a disable trigger one`;

test("the copies of triggers keep when they fire on a partition that gets another bound", { timeout: 60_000 }, async () => {
  const { verdict } = await repaired(endingAt(200), endingAt(100), "insert into m values (5)");
  expect(verdict).toEqual(CONVERGED);
});
