import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { checkWorker, checkWorkflow, doctor, init, initHooks, up } from "../../../src/index.ts";
import { chosenFolder } from "../../../src/process/working-directory.ts";

test("a folder is made absolute, and the default is the working directory", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-cwd-"));
  expect(await chosenFolder(relative(process.cwd(), folder))).toBe(folder);
  expect(await chosenFolder(undefined)).toBe(process.cwd());
  await writeFile(join(folder, "file"), "");
  await expect(chosenFolder(join(folder, "file"))).rejects.toThrow("file, which is not a folder.");
  await rm(folder, { recursive: true });
});

const cwd = "/nonexistent/folder";
const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  up: () => up({ cwd, env: {} }),
  doctor: () => doctor({ cwd, env: {} }),
  init: () => init({ cwd, env: {} }),
  initHooks: () => initHooks({ cwd, env: {} }),
  checkWorkflow: () => checkWorkflow({ cwd }),
  checkWorker: () => checkWorker({ cwd, command: ["true"], for: "1s" }),
};

test.each(Object.entries(CALLS))("%s refuses a folder that does not exist", async (_, call) => {
  await expect(call()).rejects.toMatchObject({ code: "USAGE", message: `The option cwd names ${cwd}, which does not exist.` });
});
