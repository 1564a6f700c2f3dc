import { expect, test } from "vitest";
import { guarded, lockOf } from "../../../src/repair/step.ts";

test("a guarded statement uses dollar quotes that do not occur in its text", () => {
  expect(guarded("true", "select 1")).toMatch(/^do \$offshoot\$\n[^$]*\n\$offshoot\$$/);
  const inside = "comment on table t is '$offshoot$ $offshoot2$'";
  expect(guarded("true", inside)).toMatch(/^do \$offshoot3\$\n.*\n\$offshoot3\$$/s);
});

test.each([
  ["create unique index concurrently if not exists a on app.t using btree (x)", "SHARE UPDATE EXCLUSIVE"],
  ["create index if not exists a on app.t using btree (x)", "SHARE"],
  ["alter table app.t validate constraint c", "SHARE UPDATE EXCLUSIVE"],
  ["alter table app.t alter column c set statistics 10", "SHARE UPDATE EXCLUSIVE"],
  ["alter table app.t add constraint f FOREIGN KEY (a) REFERENCES app.u(id) not valid", "SHARE ROW EXCLUSIVE"],
  ["do $$ begin CREATE TRIGGER t AFTER INSERT ON app.t EXECUTE FUNCTION app.f(); end $$", "SHARE ROW EXCLUSIVE"],
  ["alter table app.t drop column if exists c", "ACCESS EXCLUSIVE"],
  ["drop index if exists app.i", "ACCESS EXCLUSIVE"],
  ["create or replace function app.f() returns void language sql as ''", undefined],
  ["grant select on table app.t to reader", undefined],
])("the statement %s has the right table lock", (sql, lock) => {
  expect(lockOf(sql)).toBe(lock);
});
