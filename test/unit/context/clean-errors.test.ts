import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { withCleanErrors, withCleanMethods } from "../../../src/context/clean-errors.ts";
import { isOffshootError, OffshootError } from "../../../src/errors.ts";

const TOKEN = "tokABCDEF12345678";
const context = { secrets: [TOKEN] };

const failure = (): OffshootError =>
  new OffshootError("USAGE", `The clone ${TOKEN} is not valid.`, {
    remedy: `Not ${TOKEN}.`,
    facts: { name: TOKEN },
    cause: new OffshootError("NOT_OURS", TOKEN, { cause: new Error(`no ${TOKEN}`) }),
  });

const thrownBy = (work: () => Promise<unknown>): Promise<unknown> => work().then(String, (thrown: unknown) => thrown);

test("an error of a command and its causes have no secret, and the place of the code where it was thrown", async () => {
  const thrown = await thrownBy(() => withCleanErrors(context, () => Promise.reject(failure())));
  expect(isOffshootError(thrown) && isOffshootError(thrown.cause)).toBe(true);
  expect(inspect(thrown)).not.toContain(TOKEN);
  expect(thrown).toMatchObject({
    code: "USAGE",
    message: "The clone *** is not valid.",
    facts: { name: "***" },
    cause: { cause: "no ***" },
  });
  expect((thrown as Error).stack).toMatch(/^OffshootError: The clone \*\*\* is not valid\.\n +at failure /);
});

test("an error of what a command returns, and of what that returns, has no secret", async () => {
  const clone = { name: "one", drop: () => Promise.reject(failure()), [Symbol.asyncDispose]: () => Promise.reject(failure()) };
  const database = withCleanMethods({ id: "1", renew: undefined, clone: () => Promise.resolve(clone) }, context);
  const made = await database.clone();
  expect({ id: database.id, renew: database.renew, name: made.name }).toEqual({ id: "1", renew: undefined, name: "one" });
  for (const work of [() => made.drop(), () => made[Symbol.asyncDispose]()]) {
    expect(await thrownBy(work)).toMatchObject({ message: "The clone *** is not valid." });
  }
});

test("every command prepares its context where its later errors are cleaned", () => {
  const folder = new URL("../../../src/commands/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(30);
  // `watchStatus` yields while it works, and cleans the errors of each look.
  expect(files.filter((name) => /\bprepare\(/.test(readFileSync(new URL(name, folder), "utf8")))).toEqual(["status.ts"]);
});
