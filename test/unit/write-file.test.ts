import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeFailure, writeText } from "../../src/write-file.ts";
import { inFolder } from "../support/folder.ts";

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => "written", writeFailure);

test("a file is made, replaced and extended, and a new one is refused if it exists", async () => {
  await inFolder({}, async (folder) => {
    const path = join(folder, "file");
    await writeText(path, "a long text", "w");
    await writeText(path, "ü", "w");
    await writeText(path, "b", "a");
    expect(await readFile(path, "utf8")).toBe("üb");
    expect(await failureOf(writeText(path, "c", "wx"))).toBe("it already exists");
    expect(await failureOf(writeText(folder, "c", "w"))).toBe("it is a folder");
  });
});

test.skipIf(process.platform === "win32")("a pipe that nobody reads is an error at once", async () => {
  await inFolder({}, async (folder) => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const flag of ["w", "a"] as const)
      expect(await failureOf(writeText(join(folder, "pipe"), "text", flag))).toBe("it is a pipe or a socket, and nothing reads from it");
  });
});

test.skipIf(process.platform === "win32")("a text that is larger than a pipe reaches its reader", async () => {
  await inFolder({}, async (folder) => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const reader = spawn("sh", ["-c", `sleep 0.3; wc -c < ${path}`], { stdio: ["ignore", "pipe", "inherit"] });
    const read = once(reader.stdout, "data");
    let failure: unknown = "ENXIO";
    while (failure === "it is a pipe or a socket, and nothing reads from it" || failure === "ENXIO") {
      failure = await failureOf(writeText(path, "x".repeat(500_000), "w"));
    }
    expect([failure, String((await read)[0]).trim()]).toEqual(["written", "500000"]);
  });
});

test.skipIf(process.platform === "win32")("a reader that takes nothing ends the write", async () => {
  await inFolder({}, async (folder) => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    // Opened for both directions, a pipe waits for nobody.
    const reader = spawn("sh", ["-c", `exec 3<>${path}; echo open; sleep 60`], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(reader.stdout, "data");
      expect(await failureOf(writeText(path, "x".repeat(500_000), "w", 200))).toBe("it is a pipe, and its reader has stopped");
    } finally {
      reader.kill("SIGKILL");
    }
  });
});
