import { inject, expect, test } from "vitest";
import { withGrantedRoles } from "../../../../src/providers/local/granted-roles.ts";
import { withSession } from "../../../support/session.ts";

const { signal } = new AbortController();
const name = (): string => `granted ${Math.random().toString(36).slice(2, 10)}`;

async function existing(...names: readonly string[]): Promise<readonly string[]> {
  const rows = await withSession(inject("serverUrl"), (session) =>
    session.query<{ name: string }>("select rolname::text as name from pg_roles where rolname = any ($1) order by 1", [names]),
  );
  return rows.map((row) => row.name);
}

test("missing roles exist while the work runs, and a role that existed is kept", async () => {
  const [missing, known] = [name(), name()];
  await withSession(inject("serverUrl"), (session) => session.query(`create role "${known}"`));
  const during = await withGrantedRoles(inject("serverUrl"), [missing, known, "pg_monitor"], signal, () => existing(missing, known));
  expect(during).toEqual([missing, known].toSorted());
  expect(await existing(missing, known)).toEqual([known]);
});

test("a role is kept while another work needs it, and dropped after a failure too", async () => {
  const role = name();
  const inner = withGrantedRoles(inject("serverUrl"), [role], signal, async () => {
    await withGrantedRoles(inject("serverUrl"), [role], signal, async () => undefined);
    expect(await existing(role)).toEqual([role]);
    throw new Error("broken");
  });
  await expect(inner).rejects.toThrow("broken");
  expect(await existing(role)).toEqual([]);
});
