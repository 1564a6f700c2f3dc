import { expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

const made = (labels: string, initial: string): string =>
  `create type mood as enum (${labels}); create table t (id integer, mood mood default ${initial}, moods mood[] default array[${initial}]::mood[])`;

test("a label that goes may be a column's old default", { timeout: 60_000 }, async () => {
  const { verdict, ask } = await repaired(
    made("'good', 'bad'", "'bad'"),
    made("'bad', 'odd', 'good'", "'odd'"),
    "insert into t values (1, 'good', '{good,bad}')",
  );
  expect(verdict).toEqual(CONVERGED);
  expect(await ask("insert into t values (2); select id, mood, moods::text from t order by id")).toEqual([
    { id: 1, mood: "good", moods: "{good,bad}" },
    { id: 2, mood: "bad", moods: "{bad}" },
  ]);
});
