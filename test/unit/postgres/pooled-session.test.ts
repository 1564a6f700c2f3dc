import { expect, test } from "vitest";
import { pinEachTransaction } from "../../../src/postgres/pooled-session.ts";
import type { Opened } from "../../../src/postgres/session.ts";
import { limitsTooShort } from "../../../src/postgres/time-limits.ts";

const URL = "postgresql://u:pa55word@db.example:5433/shop";
const canceled = (): Error => Object.assign(new Error("canceling statement due to statement timeout"), { code: "57014" });

/** A session whose server ends the statements that `ends` chooses by their beginning and their number. */
function sessionWhere(ends: (word: string, nth: number) => boolean): { readonly session: Opened; readonly sent: string[] } {
  const sent: string[] = [];
  const query = (sql: string): Promise<never[]> => {
    const word = /^\w+/.exec(sql)?.[0] ?? "";
    sent.push(word);
    return ends(word, sent.filter((each) => each === word).length) ? Promise.reject(canceled()) : Promise.resolve([]);
  };
  const lost = new AbortController();
  const close = (): Promise<void> => Promise.resolve(lost.abort());
  const rest = {
    completed: () => 0,
    searchPath: () => Promise.resolve(""),
    lost: lost.signal,
    reportedPid: 1,
    onNotification: () => {},
    close,
    major: 18,
  };
  return { session: { ...rest, query }, sent };
}

test("a statement that sets our limits is sent again when the database's own limit ended it", async () => {
  const { session, sent } = sessionWhere((word, nth) => word === "begin" && nth <= 2);
  await pinEachTransaction(session, URL).query("select 1");
  expect(sent).toEqual(["begin", "rollback", "begin", "rollback", "begin", "select", "commit"]);
});

test("a transaction of the caller begins again too", async () => {
  const { session, sent } = sessionWhere((word, nth) => word === "begin" && nth === 1);
  const pinned = pinEachTransaction(session, URL);
  await pinned.query("begin");
  await pinned.query("select 1");
  await pinned.query("commit");
  expect(sent).toEqual(["begin", "rollback", "begin", "select", "commit"]);
});

test("statements that are sent at once have their transactions one after the other", async () => {
  const { session, sent } = sessionWhere((word) => word === "update");
  const pinned = pinEachTransaction(session, URL);
  const ended = await Promise.allSettled(["update t set a = 1", "select 1", "begin", "commit"].map((sql) => pinned.query(sql)));
  expect(ended.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
  expect(sent).toEqual(["begin", "update", "rollback", "begin", "select", "commit", "begin", "commit"]);
});

test("a rollback that a limit ended is sent again, so that the transaction is not left open", async () => {
  const { session, sent } = sessionWhere((word, nth) => word === "select" || (word === "rollback" && nth <= 2));
  const pinned = pinEachTransaction(session, URL);
  await expect(pinned.query("select 1")).rejects.toThrow("statement timeout");
  expect(sent).toEqual(["begin", "select", "rollback", "rollback", "rollback"]);
});

test("a statement of the caller is not sent again", async () => {
  const { session, sent } = sessionWhere((word) => word === "update");
  await expect(pinEachTransaction(session, URL).query("update t set a = 1")).rejects.toMatchObject({ code: "57014" });
  expect(sent.filter((word) => word === "update")).toHaveLength(1);
});

test("limits that end every statement are an error that names them", () => {
  expect(limitsTooShort(URL, canceled())).toMatchObject({
    code: "SERVER_FAILED",
    message: expect.stringMatching(/^The time limits of the database shop at db\.example:5433 /) as string,
    meaning: expect.stringContaining("canceling statement due to statement timeout") as string,
    remedy: expect.stringContaining("alter database") as string,
    facts: { sqlstate: "57014" },
  });
});

test("our limits are set before everything else, and a transaction of ours can write", async () => {
  const texts: string[] = [];
  const { session } = sessionWhere(() => false);
  const query = (sql: string): Promise<never[]> => Promise.resolve(texts.push(sql)).then(() => []);
  await pinEachTransaction({ ...session, query }, URL).query("select 1");
  const [begin = "", ...settings] = (texts[0] ?? "").split("; ");
  expect(begin).toBe("begin isolation level read committed read write not deferrable");
  expect(settings.map((each) => each.includes("_timeout")).lastIndexOf(true)).toBe(
    settings.findIndex((each) => !each.includes("_timeout")) - 1,
  );
});
