import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import type { Env } from "../environment.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { startHolder, tryToJoin } from "./start.ts";

/** How long to wait until another process has started the suite, in milliseconds. */
const START_MS = 30_000;

/** After this time without an answer the process that started the suite was killed, and another one starts it. */
const KILLED_MS = 5000;

/**
 * Joins the suite of all processes with this parent, which the first of them starts. It ends with the parent. Returns the
 * socket when the database is migrated.
 */
export async function joinSuite(parent: number, env: Env, say: (line: string) => void): Promise<string> {
  const { folder, socket } = placeOf(parent);
  const start = performance.now();
  for (;;) {
    const connection =
      (await tryToJoin(socket)) ?? (makeFolder(folder) ? await startHolder({}, env, { socket, watch: parent }) : undefined);
    if (connection !== undefined) {
      await connection.call({ op: "attach" }, say);
      return socket;
    }
    const waited = performance.now() - start;
    if (waited > START_MS)
      throw new OffshootError("TIMED_OUT", "Another process of this test run did not start the databases.", {
        remedy: "Start the tests again.",
      });
    if (waited > KILLED_MS && waited < KILLED_MS + 200) rmSync(folder, { recursive: true, force: true });
    await timer(50);
  }
}

function placeOf(parent: number): { readonly folder: string; readonly socket: string } {
  const id = createHash("sha256")
    .update(`${process.getuid?.() ?? ""} ${parent}`)
    .digest("hex")
    .slice(0, 12);
  if (process.platform === "win32") return { folder: join(tmpdir(), `offshoot-suite-${id}`), socket: `\\\\.\\pipe\\offshoot-${id}` };
  const folder = join(tmpdir().length > 60 ? "/tmp" : tmpdir(), `offshoot-suite-${id}`);
  return { folder, socket: join(folder, "s") };
}

/** True for the process that makes it. Everybody can write to the folder for temporary files, so the owner is checked. */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  }
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid))) return false;
  throw new OffshootError("NOT_OURS", `The folder ${folder} belongs to another user.`, {
    remedy: "Delete it, or set TMPDIR to a folder of your own.",
  });
}
