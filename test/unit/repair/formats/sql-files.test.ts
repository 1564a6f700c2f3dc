import { expect, test } from "vitest";
import { flywayFormat } from "../../../../src/repair/formats/sql-files.ts";

async function nameAfter(...existing: readonly string[]): Promise<string | undefined> {
  const next = { statements: [], about: [], parents: [], existing, now: new Date("2026-05-06T07:08:09Z"), read: async () => undefined };
  return (await flywayFormat.write(next))[0]?.name;
}

test.each([
  [[], "V1__offshoot_repair.sql"],
  [["V1__a.sql", "V2__b.sql"], "V3__offshoot_repair.sql"],
  [["V2__a.sql", "V2.1__b.sql", "V2_3__c.sql"], "V3__offshoot_repair.sql"],
  [["V007__a.sql"], "V008__offshoot_repair.sql"],
  [["V20260101120000__a.sql"], "V20260506070809__offshoot_repair.sql"],
  // Flyway applies nothing that is not newer than a baseline.
  [["V1__a.sql", "B9__all.sql"], "V10__offshoot_repair.sql"],
  [["V1__a.sql", "V4__Fill.java"], "V5__offshoot_repair.sql"],
  [["R__views.sql", "U1__a.sql", "V1__a.sql.conf"], "V2__offshoot_repair.sql"],
])("the version of a repair for Flyway is newer than %j", async (existing, name) => {
  expect(await nameAfter(...existing)).toBe(name);
});
