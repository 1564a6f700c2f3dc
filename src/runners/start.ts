import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "../environment.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { startWithReply } from "../process/background.ts";
import { withOwnNodeOptions } from "../process/node-options.ts";
import { connectSuite, type SuiteConnection } from "./connection.ts";
import type { DatabaseOptions } from "./options.ts";
import type { HolderRequest } from "./protocol.ts";
import { isBelowCommand } from "./variables.ts";
import { keepsOnFailure } from "./keeps-on-failure.ts";

/** The suite, as the process sees it that started the tests. */
export interface StartedSuite {
  /** Where workers ask for their clones. */
  readonly socket: string;
  /** Ends the suite: its clones are deleted, and the run's database when nobody else uses it. Returns what people should know. */
  end(): Promise<readonly string[]>;
}

/** Milliseconds for the start of the process. */
const START_MS = 20_000;

/** How many clones are made in advance. */
const SPARES = 2;

/** A path for a socket that only this user can reach. The longest path of a socket has about 100 characters. */
export function newSocket(platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return `\\\\.\\pipe\\offshoot-${randomBytes(12).toString("hex")}`;
  const folder = tmpdir().length > 60 ? "/tmp" : tmpdir();
  return join(mkdtempSync(join(folder, "offshoot-suite-")), "s");
}

/**
 * Starts the process that holds the suite's databases, or joins the one that already listens at `socket`, and waits until
 * the database is migrated. The process outlives this one: it deletes the databases when all connections that were attached
 * are closed, however their processes ended.
 */
export async function startSuite(
  options: DatabaseOptions,
  env: Env,
  say: (line: string) => void,
  socket = newSocket(),
): Promise<StartedSuite> {
  const connection = (await tryToJoin(socket)) ?? (await startHolder(options, env, { socket }));
  const { lines = [] } = await connection.call({ op: "attach" }, say);
  for (const line of lines) say(line);
  let ending: Promise<readonly string[]> | undefined;
  return {
    socket,
    end: () => (ending ??= connection.call({ op: "end" }, say).then(({ lines: last = [] }) => (connection.close(), last))),
  };
}

export async function tryToJoin(socket: string): Promise<SuiteConnection | undefined> {
  try {
    return await connectSuite(socket);
  } catch (thrown) {
    if (["ENOENT", "ECONNREFUSED"].includes(codeOf(thrown) ?? "")) return undefined;
    throw thrown;
  }
}

export async function startHolder(
  { cwd, config, settings, keepOnFailure, spares }: DatabaseOptions,
  env: Env,
  more: Pick<HolderRequest, "socket" | "watch">,
): Promise<SuiteConnection> {
  const request: HolderRequest = {
    ...more,
    options: { cwd, config, settings },
    keepOnFailure: keepsOnFailure(keepOnFailure, env),
    isNested: isBelowCommand(env),
    spares: spares ?? SPARES,
  };
  const reply = await startWithReply<"listening">("runners/holder", request, withOwnNodeOptions(env), START_MS);
  if (reply === "listening") return connectSuite(more.socket);
  throw new OffshootError("UNEXPECTED", "The process of offshoot that holds the databases of the tests did not start.", {
    remedy: "Run `npx offshoot doctor` in this folder: it shows what is missing.",
  });
}
