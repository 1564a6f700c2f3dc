import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readBytes, readFailure, readText } from "../../src/read-file.ts";
import { inFolder } from "../support/folder.ts";

const posix = process.platform !== "win32";

/** Why the file could not be read; the test fails if that is not known within a second. */
async function reasonOf(path: string, maxBytes = 100): Promise<string> {
  const late = AbortSignal.timeout(1000);
  const waited = once(late, "abort").then(() => "it waited for the file");
  return Promise.race([readBytes(path, maxBytes).then((bytes) => `read ${bytes.length} bytes`, readFailure), waited]);
}

test("a file is read up to its limit, and one byte more is refused", () =>
  inFolder({ small: "x".repeat(100), large: "x".repeat(101), "large-kib": "x".repeat(1025) }, async (folder) => {
    expect(await readText(join(folder, "small"), 100)).toBe("x".repeat(100));
    expect(await reasonOf(join(folder, "large"))).toBe("it is larger than 0.09765625 KiB");
    expect(await reasonOf(join(folder, "large-kib"), 1024)).toBe("it is larger than 1 KiB");
  }));

test.runIf(posix)("a pipe, a device, a socket, a folder and a loop of links are refused at once, also through a link", () =>
  inFolder({}, async (folder) => {
    const at = (name: string): string => join(folder, name);
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync(at("pipe"), at("to-pipe"));
    symlinkSync("/dev/zero", at("to-device"));
    symlinkSync(at("loop"), at("loop"));
    mkdirSync(at("folder"));
    const server = createServer().listen(at("socket"));
    await once(server, "listening");
    expect(await reasonOf(at("pipe"))).toBe("it is a pipe (FIFO), not a regular file");
    expect(await reasonOf(at("to-pipe"))).toBe("it is a pipe (FIFO), not a regular file");
    expect(await reasonOf(at("to-device"))).toBe("it is a device, not a regular file");

    expect(await reasonOf(at("socket"))).toBe("it is a socket, not a regular file");
    expect(await reasonOf(at("folder"))).toBe("it is a folder");
    expect(await reasonOf(at("loop"))).toBe("its symbolic links form a loop");
    server.close();
  }),
);

test.runIf(process.platform === "linux")("a file of the kernel has the size 0 and is still read up to the limit", async () => {
  expect(await readText("/proc/self/stat", 4096)).toContain(String(process.pid));
  expect(await reasonOf("/proc/self/stat", 4)).toContain("it is larger than");
});

test("a link to a regular file is followed", () =>
  inFolder({}, async (folder) => {
    writeFileSync(join(folder, "file"), "text");
    symlinkSync(join(folder, "file"), join(folder, "link"));
    expect(await readText(join(folder, "link"))).toBe("text");
  }));
