import { afterEach } from "vitest";
import { answer } from "../../mocks/neon/api.ts";
import { createClock } from "../../mocks/neon/clock.ts";
import { createNeon } from "../../mocks/neon/create-neon.ts";
import type { Neon, NeonOptions } from "../../mocks/neon/neon.ts";
import type { Outcome, Reply } from "../../mocks/neon/reply.ts";
import { loadSpecification } from "../../mocks/neon/specification.ts";

/** A Neon mock on a clock that stands still at `START`, and short ways to call it. */
export interface Caller {
  readonly neon: Neon;
  /** Path below the project; `/branches` for example. */
  readonly call: (method: string, path: string, sent?: unknown) => Promise<Reply>;
  /** The same with what a fault makes of it, and with other headers. */
  readonly outcome: (method: string, path: string, sent?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Outcome>;
  /** Creates a branch, with a compute unless told otherwise; fails the test where that is refused. */
  readonly branch: (name: string, branch?: object, rest?: object) => Promise<Created>;
  /** Lets all operations come to their end. */
  readonly finish: () => void;
}

export interface Created {
  readonly branch: { readonly id: string; readonly name: string; readonly current_state: string; readonly [key: string]: unknown };
  readonly endpoints: readonly { readonly id: string; readonly host: string }[];
  readonly operations: readonly { readonly id: string; readonly action: string; readonly status: string }[];
  readonly connection_uris?: readonly { readonly connection_uri: string; readonly connection_parameters: { readonly password: string } }[];
}

export const START = Date.parse("2026-11-01T12:00:00Z");

const check = await loadSpecification();
const made: Neon[] = [];

afterEach(() => {
  const violations = made.splice(0).flatMap((neon) => neon.violations);
  if (violations.length > 0) throw new Error(`Replies contradict Neon's OpenAPI text:\n${violations.join("\n")}`);
});

/** Every reply of the mock is held against Neon's OpenAPI text; a contradiction fails the test. */
export async function mockNeon(options: NeonOptions & { readonly unchecked?: boolean } = {}): Promise<Caller> {
  const neon = await createNeon({ clock: createClock({ start: START, frozen: true }), seed: 1, operationMs: 1_000, check, ...options });
  if (options.unchecked !== true) made.push(neon);
  const outcome: Caller["outcome"] = (method, path, sent, headers = {}) => {
    const [bare = "", query = ""] = (path.startsWith("!") ? path.slice(1) : `/projects/${neon.projectId}${path}`).split("?");
    const authorization = `Bearer ${neon.apiKey}`;
    return answer(neon, { method, path: bare, query: new URLSearchParams(query), headers: { authorization, ...headers }, body: sent });
  };
  const call: Caller["call"] = async (method, path, sent) => {
    const reply = await outcome(method, path, sent);
    if (reply === "dropped") throw new Error("The reply was dropped.");
    return reply;
  };
  return {
    neon,
    call,
    outcome,
    async branch(name, branch = {}, rest = { endpoints: [{ type: "read_write" }] }) {
      const reply = await call("POST", "/branches", { branch: { name, ...branch }, ...rest });
      if (reply.status !== 201) throw new Error(`No branch ${name}: ${reply.status} ${JSON.stringify(reply.body)}`);
      return reply.body as Created;
    },
    finish: () => neon.clock.advance(1_001),
  };
}

/** The parts of a reply that a test names, and the others left out. */
export function body(reply: Reply): Readonly<Record<string, unknown>> {
  return reply.body as Readonly<Record<string, unknown>>;
}
