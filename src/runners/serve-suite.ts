import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Env } from "../environment.ts";
import { isOffshootError, messageOf } from "../errors.ts";
import type { Event } from "../events.ts";
import { hideSecrets } from "../redact.ts";
import { secretsOf } from "../providers/variables.ts";
import { describeEvent } from "./describe-event.ts";
import { contextOfSuite } from "./context.ts";
import { isAlive } from "./alive.ts";
import { readLines } from "./lines.ts";
import { type OpenSuite, openSuite } from "./open-suite.ts";
import { ATTACH_MS, type HolderRequest, type SuiteError, type SuiteReply, type SuiteRequest } from "./protocol.ts";
import { cloneVariables } from "./clone-variables.ts";
import { suiteClones } from "./suite-clones.ts";
import { type Suite, suiteOf } from "./suite.ts";

export interface ServedSuite {
  /** Ends when everything was deleted. */
  readonly ended: Promise<void>;
  end(): Promise<readonly string[]>;
}

/** How often the holder looks whether the process still runs with which the suite ends, in milliseconds. */
const WATCH_MS = 250;

/** Listens at the socket, prepares the database, and answers the processes of the test runner. */
export async function serveSuite(
  { socket: path, options, keepOnFailure, isNested, spares, watch }: HolderRequest,
  env: Env,
): Promise<ServedSuite> {
  const attached = new Set<Socket>();
  const cancel = new AbortController();
  const secrets: string[] = [];
  const notes: string[] = [];
  let isShown = false;
  const clean = (text: string): string => hideSecrets(text, secrets);
  const onEvent = (event: Event): void => {
    const line = describeEvent(event);
    if (line === undefined) return;
    notes.push(clean(line));
    for (const each of [...attached].slice(0, 1)) each.write(`${JSON.stringify({ note: clean(line) })}\n`);
  };
  const opening = (async (): Promise<{ open: OpenSuite; suite: Suite }> => {
    const conceal = (found: readonly string[]): void => void secrets.push(...found);
    const context = await contextOfSuite({ ...options, env, signal: cancel.signal, onEvent, conceal }, isNested);
    const open = await openSuite(context);
    secrets.push(...secretsOf(open.database));
    return { open, suite: suiteOf(open, suiteClones(open, spares), { ...context, signal: new AbortController().signal }, keepOnFailure) };
  })();
  opening.catch(() => {});

  const finished = new AbortController();
  const ended = new Promise<void>((resolve) => finished.signal.addEventListener("abort", () => resolve()));
  let ending: Promise<readonly string[]> | undefined;
  const end = (): Promise<readonly string[]> =>
    (ending ??= (async () => {
      cancel.abort();
      try {
        return await (await opening).suite.end();
      } finally {
        clearInterval(watching);
        server.close();
        await rm(dirname(path), { recursive: true, force: true }).catch(() => {});
        setTimeout(() => finished.abort(), 100);
      }
    })());
  const endWithoutCaller = (): void => {
    if (attached.size === 0 && watch === undefined) void end().catch(() => {});
  };
  const watching = setInterval(() => {
    if (watch !== undefined && !isAlive(watch)) void end().catch(() => {});
  }, WATCH_MS);

  async function answer(socket: Socket, request: SuiteRequest): Promise<Omit<SuiteReply, "id">> {
    if (request.op === "attach") {
      attached.add(socket);
      // Those who join later need not repeat what the first one shows.
      if (!isShown) for (const note of notes) socket.write(`${JSON.stringify({ note })}\n`);
      isShown = true;
      await opening;
      return {};
    }
    if (request.op === "end") {
      attached.delete(socket);
      // The web server of Playwright is attached for longer, and is killed. The others get the lines before.
      const later = (): Promise<readonly string[]> => opening.then(({ suite }) => suite.later()).catch(() => []);
      const lines = attached.size === 0 ? await end() : await later();
      return { lines: lines.map(clean) };
    }
    const { suite, open } = await opening;
    switch (request.op) {
      case "take": {
        const clone = await suite.take(request.worker, request.per, socket, request.file);
        return { clone: { name: clone.name, variables: cloneVariables(open.database, clone) } };
      }
      case "reset":
        await suite.reset(request.clone, request.force);
        return {};
      case "drop":
        await suite.drop(request.clone);
        return {};
      case "uses":
        suite.uses(request.clone, request.file);
        return {};
      case "failed":
        return { lines: suite.failed(request).map(clean) };
    }
  }

  const server = createServer((socket) => {
    socket.on("error", () => {});
    readLines(socket, (value) => {
      const { id, ...request } = value as SuiteRequest & { id: number };
      answer(socket, request as SuiteRequest).then(
        (reply) => void socket.write(`${JSON.stringify({ id, ...reply })}\n`),
        (thrown: unknown) => void socket.write(`${JSON.stringify({ id, error: toError(thrown, clean) })}\n`),
      );
    });
    socket.on("close", () => {
      if (attached.delete(socket)) return endWithoutCaller();
      if (ending === undefined) void opening.then(({ suite }) => suite.disconnected(socket)).catch(() => {});
    });
  });
  await listen(server, path);
  setTimeout(endWithoutCaller, ATTACH_MS);
  return { ended, end };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function toError(thrown: unknown, clean: (text: string) => string): SuiteError {
  if (!isOffshootError(thrown)) return { code: "UNEXPECTED", message: clean(messageOf(thrown)), meaning: undefined, remedy: undefined };
  const { code, message, meaning, remedy } = thrown;
  return { code, message: clean(message), meaning: meaning && clean(meaning), remedy: remedy && clean(remedy) };
}
