import { expect, test } from "vitest";
import { runProgram } from "../../../src/process/run-program.ts";

const options = { env: process.env };

test("a program gets its input, and its output is returned", async () => {
  expect(await runProgram(["cat"], { ...options, input: "secret" })).toEqual({ stdout: "secret", stderr: "", failure: undefined });
});

test("a program that ends without reading its input has not failed", async () => {
  const { failure } = await runProgram(["true"], { ...options, input: "x".repeat(1_000_000) });
  expect(failure).toBeUndefined();
});

test.each([
  { what: "an exit status", command: ["sh", "-c", "echo why >&2; exit 4"], code: 4, stderr: "why\n" },
  { what: "a missing program", command: ["no-such-program-here"], code: "ENOENT", stderr: "" },
])("$what is returned as a failure", async ({ command, code, stderr }) => {
  expect(await runProgram(command, options)).toMatchObject({ failure: { code }, stderr });
});

test("a program is ended when its signal aborts", async () => {
  const { failure } = await runProgram(["sleep", "60"], { ...options, signal: AbortSignal.timeout(50) });
  expect(failure).toMatchObject({ code: "ABORT_ERR" });
});
