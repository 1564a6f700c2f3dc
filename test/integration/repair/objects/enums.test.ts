import { expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

const schema = (labels: string, initial: string): string =>
  `create type mood as enum (${labels}); create table t (id integer, mood mood default ${initial}, moods mood[] default array[${initial}]::mood[])`;

test("a label is removed that is the old default of a column", { timeout: 60_000 }, async () => {
  const { verdict, query } = await repaired(
    schema("'good', 'bad'", "'bad'"),
    schema("'bad', 'odd', 'good'", "'odd'"),
    "insert into t values (1, 'good', '{good,bad}')",
  );
  expect(verdict).toEqual(CONVERGED);
  expect(await query("insert into t values (2); select id, mood, moods::text from t order by id")).toEqual([
    { id: 1, mood: "good", moods: "{good,bad}" },
    { id: 2, mood: "bad", moods: "{bad}" },
  ]);
});
