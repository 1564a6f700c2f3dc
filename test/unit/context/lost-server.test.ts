import { expect, test } from "vitest";
import { lostConnection, lostServer } from "../../../src/context/lost-server.ts";
import { LOST } from "../../../src/commands/rehearse/dump-programs.ts";
import { directUrl } from "../../../src/postgres/url.ts";

const database = { directUrl: directUrl("postgresql://postgres:secret@127.0.0.1:5432/offshoot_x"), name: "offshoot/x" };

test.each([
  Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" }),
  new Error("Connection terminated unexpectedly"),
  Object.assign(new Error("terminating connection because of crash of another server process"), { code: "57P02" }),
])("a server that ends during a rehearsal is CONNECTION_FAILED and not an unexpected error: %s", (thrown) => {
  expect(lostServer(database, thrown)).toMatchObject({
    code: "CONNECTION_FAILED",
    exitCode: 13,
    message: expect.stringContaining("The Postgres server at 127.0.0.1:5432 ended or was restarted"),
    meaning: expect.stringContaining("The database offshoot/x and copies of it can be left"),
  });
});

test("an error of a statement is left as it is", () => {
  const thrown = Object.assign(new Error("syntax error"), { code: "42601" });
  expect(lostServer(database, thrown)).toBe(thrown);
});

test.each([
  ['pg_restore: error: COPY failed for table "t": server closed the connection unexpectedly', true],
  ["pg_dump: error: query failed: FATAL:  terminating connection due to administrator command", true],
  ['pg_restore: error: could not execute query: ERROR:  extension "x" is not available', false],
  ["pg_dump: error: query failed: ERROR:  permission denied for table secret", false],
])("%s", (printed, isLost) => expect(LOST.test(printed)).toBe(isLost));

test("a lost connection to any server is CONNECTION_FAILED, and other errors are left as they are", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
  expect(lostConnection(refused)).toMatchObject({ code: "CONNECTION_FAILED", exitCode: 13 });
  const own = lostServer(database, refused);
  expect(lostConnection(own)).toBe(own);
  const other = new TypeError("a fault of the program");
  expect(lostConnection(other)).toBe(other);
});
