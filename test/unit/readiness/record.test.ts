import { expect, test } from "vitest";
import { lostBy } from "../../../src/readiness/record.ts";

test("a session that another job ended is not a database that did not answer", () => {
  const thrown = Object.assign(new Error("terminating connection due to administrator command"), { code: "57P01" });
  const { lost } = lostBy(thrown, "that the migrations have ended");
  expect(lost).toContain("its database session was ended, by a job that took over because this one sent no heartbeat");
  expect(lost).toContain("terminating connection due to administrator command");
});

test("a connection that breaks is a database that did not answer", () => {
  const thrown = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  expect(lostBy(thrown, "that the migrations have ended")).toEqual({ lost: "the database did not answer (read ECONNRESET)" });
});
