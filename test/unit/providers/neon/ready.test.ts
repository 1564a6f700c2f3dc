import { describe, expect, test } from "vitest";
import { accessOf, chooseConnection } from "../../../../src/providers/neon/access.ts";
import { isBranchId } from "../../../../src/providers/neon/parent.ts";
import { hasFailed, isSettling } from "../../../../src/providers/neon/ready.ts";
import { isDatabase, setStage, wantedBy } from "../../../support/neon-stage.ts";

describe("ready", () => {
  test("means that a query was answered, whatever the operations say", async () => {
    const stage = await setStage({ operationMs: 60_000 });
    isDatabase(await stage.provider().acquire(wantedBy("run-1"), stage.limits()));
    expect(stage.calls()).toEqual(["POST /branches"]);
  });

  test("never comes when an operation has failed: the error tells which, and the branch is removed again", async () => {
    const stage = await setStage({ operationMs: 3000 });
    stage.neon.state.operationFaults.push({ action: "start_compute", status: "failed", times: -1 });
    const silent = stage.provider({ world: { probe: () => new Promise(() => {}) } });
    await expect(silent.acquire(wantedBy("run-1"), stage.limits())).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: expect.stringContaining("start_compute"),
    });
    expect(stage.names()).toEqual([]);
  });

  test("may take too long: then the branch stays for siblings, and is named", async () => {
    const stage = await setStage();
    const deaf = stage.provider({
      world: {
        async probe(_, within) {
          for (;;) await within.pause(1000);
        },
      },
    });
    await expect(deaf.acquire(wantedBy("run-1"), stage.limits(10_000))).rejects.toMatchObject({ code: "TIMED_OUT" });
    expect(stage.names()).toEqual(["offshoot/acme/shop/run-1"]);
    expect(stage.events).toContainEqual({ kind: "warning", text: expect.stringContaining("offshoot down") });
  });
});

describe("a login that is refused", () => {
  test.each([
    ["28P01", true, true],
    ["28P01", false, false],
    ["XX000", false, true],
    ["42501", true, false],
  ])("with %s (fresh: %j) passes: %j", (code, isFresh, passes) => {
    expect(isSettling(Object.assign(new Error("no"), { code }), isFresh)).toBe(passes);
  });

  test("because there is no such compute yet passes too", () => {
    expect(isSettling(new Error("The requested endpoint could not be found"), false)).toBe(true);
  });
});

test("an operation that Neon tries again has not failed", () => {
  const operation = { id: "o", action: "start_compute", status: "failed" };
  expect(hasFailed(operation)).toBe(true);
  expect(hasFailed({ ...operation, retry_at: "2026-11-01T12:00:00Z" })).toBe(false);
});

describe("URLs", () => {
  test("are pooled by the endpoint's id, wherever it runs", () => {
    const uri = "postgresql://u:p@ep-cool-darkness-123456.c-2.us-east-2.aws.neon.tech/db?sslmode=require&channel_binding=require";
    expect(accessOf(uri).url).toContain("@ep-cool-darkness-123456-pooler.c-2.us-east-2.aws.neon.tech/db?sslmode=require");
    expect(accessOf(uri).directUrl).toContain("@ep-cool-darkness-123456.c-2.");
  });

  test("keep passwords that need encoding", () => {
    expect(new URL(accessOf("postgresql://u:p%40%2Fw@ep-a-b-1.x.neon.tech/db").url).password).toBe("p%40%2Fw");
  });

  test("without a password are no use", () => {
    expect(() => accessOf("postgresql://u@ep-a-b-1.x.neon.tech/db")).toThrow(expect.objectContaining({ code: "PROVIDER_REJECTED" }));
  });
});

describe("whom to connect as", () => {
  const databases = [
    { name: "app", owner: "app_owner" },
    { name: "reports", owner: "analyst" },
  ];
  test.each([
    [
      { database: "reports", role: undefined },
      { role: "analyst", database: "reports" },
    ],
    [
      { database: "app", role: "analyst" },
      { role: "analyst", database: "app" },
    ],
  ])("%j", (choice, connection) => {
    expect(chooseConnection(databases, ["app_owner", "analyst"], choice)).toEqual(connection);
  });

  test.each([
    [{ database: undefined, role: undefined }, "app, reports"],
    [{ database: "ap", role: undefined }, "app, reports"],
    [{ database: "app", role: "anlyst" }, "app_owner, analyst"],
  ])("%j is no choice, and the error names what there is", (choice, names) => {
    expect(() => chooseConnection(databases, ["app_owner", "analyst"], choice)).toThrow(
      expect.objectContaining({ meaning: `It has ${names}.` }),
    );
  });
});

test.each([
  ["br-cool-darkness-123456", true],
  ["br-feature", false],
  ["main", false],
  ["br-a-b-c-d", false],
])("%s is an id: %j", (text, isId) => {
  expect(isBranchId(text)).toBe(isId);
});
