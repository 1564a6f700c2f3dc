import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createTail } from "../../../src/process/tail.ts";
import { createCauseFinder } from "../../../src/readiness/cause.ts";
import { describeError, OffshootError } from "../../../src/errors.ts";
import { commandFailure, conflictError, leaderError, otherFailure, waiterError, workFailure } from "../../../src/readiness/failure.ts";
import type { Marker } from "../../../src/readiness/marker.ts";

const owner = { host: "ci-7", pid: 12, job: "test", leaseMs: 15_000 };
const request = { owner, attempt: 2, invocation: "7", secrets: [] };
const failure = commandFailure("migrate up", { code: 1, signal: null, tail: "one\nERROR: no\n", abandoned: false }, []);
const failed: Marker = {
  database: "1/2",
  run: "run",
  fingerprint: "a".repeat(64),
  invocation: "7",
  state: "failed",
  attempt: 2,
  epoch: 1,
  owner,
  backendPid: 3,
  startedAt: new Date(0),
  beatAt: new Date(0),
  finishedAt: new Date(0),
  error: failure,
};

const meaningOf = (tail: string): string | undefined => commandFailure("up", { code: 1, signal: null, tail, abandoned: false }, []).meaning;

describe("a failed command", () => {
  test("shows command, exit status and last lines to the leader", () => {
    const error = leaderError(failure, request);
    expect(describeError(error)).toBe(
      [
        "The migration failed: `migrate up` ended with exit status 1.",
        "Its last lines were:",
        "| one",
        "| ERROR: no",
        "Correct the migration and push it. To run the same migration again, run `offshoot migrate --retry`.",
      ].join("\n"),
    );
  });

  test("shows the same to a waiter, and which job ran it", () => {
    const error = waiterError(failed, request);
    expect(error.message).toBe("The migration failed: `migrate up` ended with exit status 1 (run by ci-7 (pid 12, job test)).");
    expect(error.facts).toMatchObject({ command: "migrate up", exitCode: 1, tail: "one\nERROR: no\n", host: "ci-7", pid: 12, job: "test" });
  });

  test("begins with the error of the database, and has it as facts, for the leader and the waiters", () => {
    const cause = { message: 'relation "shop" does not exist', sqlstate: "42P01", file: "migrations/2.sql", line: 3 };
    const caused = commandFailure("up", { code: 1, signal: null, tail: "a\nb", abandoned: false, cause }, []);
    const text =
      'The migration failed: relation "shop" does not exist (SQLSTATE 42P01, migrations/2.sql line 3). `up` ended with exit status 1';
    const facts = { databaseError: cause.message, sqlstate: "42P01", file: "migrations/2.sql", line: 3 };
    const errors = [leaderError(caused, request), waiterError({ ...failed, error: caused }, request)];
    expect(errors.map(({ message }) => message)).toEqual([`${text}.`, `${text} (run by ci-7 (pid 12, job test)).`]);
    for (const error of errors) expect(error).toMatchObject({ meaning: "Its last lines were:\n| a\n| b", facts });
  });

  test("shows a single line of output, or the last fifteen lines", () => {
    expect(meaningOf("ERROR: no\n")).toBe("Its output was: ERROR: no");
    const lines = meaningOf(`${Array.from({ length: 40 }, (_, n) => `line ${n}`).join("\n\n")}\n}\n`)?.split("\n");
    expect([lines?.length, lines?.[1], lines?.at(-1)]).toEqual([16, "| line 26", "| }"]);
  });

  test("names the signal that ended the command", () => {
    const killed = commandFailure("up", { code: null, signal: "SIGKILL", tail: "", abandoned: false }, []);
    expect(killed.message).toBe("The migration failed: `up` was ended by SIGKILL.");
    expect(killed).not.toHaveProperty("exitCode");
  });

  test("hides secrets in the command line", () => {
    const keyed = commandFailure("up --key=hunter-two", { code: 1, signal: null, tail: "", abandoned: false }, ["hunter-two"]);
    expect(JSON.stringify(keyed)).not.toContain("hunter-two");
  });
});

test("any other failure keeps its code and texts, without secrets", () => {
  const thrown = new OffshootError("FINDINGS", "Two findings.", { remedy: "Repair them." });
  expect(otherFailure(thrown, [])).toEqual({ code: "FINDINGS", message: "Two findings.", remedy: "Repair them." });
  expect(otherFailure(new Error("hunter-two"), ["hunter-two"])).toEqual({ code: "UNEXPECTED", message: "***" });
});

test("findings of the audit have the same code, texts and facts for a waiter", () => {
  const thrown = new OffshootError("FINDINGS", "Two findings.", { meaning: "no such table", remedy: "Repair them.", facts: { errors: 2 } });
  const error = waiterError({ ...failed, error: otherFailure(thrown, []) }, request);
  expect(error).toMatchObject({ code: "FINDINGS", exitCode: 10, meaning: "no such table", remedy: "Repair them." });
  expect(error.message).toBe("Two findings (run by ci-7 (pid 12, job test)).");
  expect(error.facts).toMatchObject({ errors: 2, host: "ci-7" });
});

test("the failure of a migration function names the function and its error", () => {
  expect(workFailure("umzug", new Error("no such table"), [])).toEqual({
    code: "UNEXPECTED",
    message: "The migration failed: umzug threw: no such table.",
  });
});

test("the failure of a migration function contains no value of a row", () => {
  const server = Object.assign(new Error('customer "Ada" has ada@example.org'), { code: "P0001", severity: "ERROR" });
  expect(workFailure("umzug", server, []).message).not.toContain("ada@");
  const knex = new Error("insert into t (a) values ('Ada') - duplicate key value violates unique constraint \"u\"");
  expect(workFailure("knex", knex, []).message).toBe(
    'The migration failed: knex threw: insert into t (a) values (…) - duplicate key value violates unique constraint "u".',
  );
});

test("a conflict names both fingerprints and the other job", () => {
  expect(conflictError(failed, "b".repeat(64)).meaning).toBe(
    "ci-7 (pid 12, job test) has fingerprint aaaaaaaaaaaa (failed), this job has bbbbbbbbbbbb. They cannot use the same database.",
  );
});

test.each([
  ["failed", true],
  ["ready", false],
] as const)("a conflict with migrations that are %s suggests --retry: %s", (state, suggested) => {
  expect(conflictError({ ...failed, state }, "b".repeat(64)).remedy?.includes("offshoot migrate --retry")).toBe(suggested);
});

const FIXTURES = new URL("../../fixtures/printed-errors/", import.meta.url).pathname;

/** `locks`: the tool's own lock, or the mark of a failed migration, stopped the command. From the tools' sources. */
const FOLDERS = ["real", "documented", "locks"];

/** What a job that waited prints about a command with this output. */
function waiterMessage(output: string): string {
  const tail = createTail([]);
  tail.push("stderr", Buffer.from(output));
  const finder = createCauseFinder();
  finder.push(output);
  const end = { code: 1, signal: null, tail: tail.text(), abandoned: false, ...finder.find(undefined, "/builds/shop") };
  const leader = { ...owner, job: "test 1/4" };
  const marker = { ...failed, error: commandFailure("npm run migrate", end, []), owner: leader };
  const rerun = { service: "GitLab", action: "Retry", onlyJob: true };
  const { message, meaning, remedy } = waiterError(marker, { ...request, rerun });
  return [message, meaning, remedy].filter((part) => part !== undefined).join("\n");
}

test("a waiter shows the cause first, then the output, then what to do, for each tool", async () => {
  const texts = FOLDERS.flatMap((folder) =>
    readdirSync(`${FIXTURES}${folder}`)
      .filter((file) => file.endsWith(".txt"))
      .map((file) => `== ${folder}/${file}\n${waiterMessage(readFileSync(`${FIXTURES}${folder}/${file}`, "utf8"))}\n`),
  );
  expect(texts.length).toBeGreaterThan(35);
  await expect(texts.join("\n")).toMatchFileSnapshot(`${FIXTURES}waiters.golden`);
});

test.each([
  ["== 20240102000000-b: migrating =======\nERROR: Validation error\n", "20240102000000-b"],
  ["{ event: 'migrating' }\nError: Migration 002_b.js (up) failed: Original error: Validation error\n", "002_b.js"],
])("the migration is named although the tool did not print the message of the server: %j", (printed, file) => {
  const finder = createCauseFinder();
  finder.push(printed);
  const errors = [{ message: "duplicate key value violates unique constraint", sqlstate: "23505" }];
  expect(finder.find({ heard: 1, admitted: 1, needTls: 0, errors, ended: true }, "/").cause).toMatchObject({ sqlstate: "23505", file });
});

const SENT = {
  heard: 1,
  admitted: 1,
  needTls: 0,
  errors: [{ message: 'relation "cache" does not exist', sqlstate: "42P01" }],
  ended: false,
};

test("a statement that may fail, before the program's own error, is not called the cause", () => {
  const finder = createCauseFinder();
  finder.push('ERROR:  relation "cache" does not exist\nCREATE TABLE\nTypeError: x is not a function\n');
  const found = finder.find(SENT, "/");
  expect(found).toEqual({ earlier: { message: 'relation "cache" does not exist', sqlstate: "42P01" } });
  const end = { code: 1, signal: null, tail: "", abandoned: false, sessions: SENT, ...found };
  const { message, meaning } = commandFailure("up", end, []);
  expect(message).toBe("The migration failed: `up` ended with exit status 1.");
  expect(meaning).toContain('Before that, the server refused a statement, and the command continued: relation "cache" does not exist');
});

test("the tool's own lines about the same error, or another statement that succeeded, leave it the cause", () => {
  for (const last of ['error: drop table cache - relation "cache" does not exist', "npm error code 1", "1 of 2 migrations applied"]) {
    const finder = createCauseFinder();
    finder.push(`ERROR:  relation "cache" does not exist\n${last}\n`);
    expect(finder.find(SENT, "/").cause).toMatchObject({ sqlstate: "42P01" });
  }
});

test("a command that got an error of a database without a session of ours used another database", () => {
  const sessions = { heard: 0, admitted: 0, needTls: 0, errors: [], ended: false };
  const cause = { message: 'relation "shop" already exists', sqlstate: "42P07" };
  const elsewhere = commandFailure("up", { code: 1, signal: null, tail: "", abandoned: false, sessions, cause }, []);
  expect(elsewhere.meaning).toBe("It opened no session at the URL that offshoot gave it, so the error is one of another database.");
  expect(leaderError(elsewhere, request).remedy).toMatch(/^Let the command use DATABASE_URL or the PG\* variables/);
  // A client that the server refused during its login has used the URL.
  const refused = commandFailure(
    "up",
    { code: 1, signal: null, tail: "", abandoned: false, sessions: { ...sessions, heard: 1 }, cause },
    [],
  );
  expect(refused.meaning).toBeUndefined();
});
