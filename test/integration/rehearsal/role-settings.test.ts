import { expect, test } from "vitest";
import { formatUrl, parseUrl } from "../../../src/postgres/url.ts";
import { readRoleSettings } from "../../../src/rehearsal/role-settings.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const NAMES = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"];

test("the limits of a role are those with which its own sessions start: the more specific one wins", async () => {
  const admin = await newDatabase("limits");
  const { database } = parseUrl(admin);
  const role = `limited_${database}`;
  await withSession(admin, (session) =>
    session.query(`create role ${role} login password 'x';
      alter role ${role} set lock_timeout = '1s';
      alter role ${role} in database "${database}" set lock_timeout = '2s';
      alter database "${database}" set statement_timeout = '3s';
      alter role ${role} set idle_in_transaction_session_timeout = 0`),
  );
  const url = formatUrl({ ...parseUrl(admin), user: role, password: "x" });
  const { limits } = await withSession(url, readRoleSettings);
  // What a new session of that role has, from the server itself.
  const shown = await withSession(url, async (session) => {
    const rows = await Promise.all(NAMES.map((name) => session.query<Record<string, string>>(`show ${name}`)));
    return Object.fromEntries(rows.flatMap(([row]) => Object.entries(row ?? {})).filter(([, value]) => value !== "0"));
  });
  expect(limits).toEqual(shown);
  expect(limits).toEqual({ lock_timeout: "2s", statement_timeout: "3s" });
});
