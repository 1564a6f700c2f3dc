import { afterEach } from "vitest";
import { answer } from "../../mocks/neon/api.ts";
import { createClock } from "../../mocks/neon/clock.ts";
import { createNeon } from "../../mocks/neon/create-neon.ts";
import type { Neon, NeonOptions } from "../../mocks/neon/neon.ts";
import type { Outcome, Reply } from "../../mocks/neon/reply.ts";
import { loadSpecification } from "../../mocks/neon/specification.ts";

/** A Neon mock with a clock that is stopped at `START`, and short functions to call it. */
export interface MockClient {
  readonly neon: Neon;
  /** `path` is below the project, such as `/branches`; with a leading `!` it is below the API. */
  readonly call: (method: string, path: string, sent?: unknown) => Promise<Reply>;
  /** The same, also for dropped replies and with other headers. */
  readonly outcome: (method: string, path: string, sent?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Outcome>;
  /** Creates a branch, by default with a compute. Throws if the mock refuses it. */
  readonly branch: (name: string, branch?: object, rest?: object) => Promise<CreatedReply>;
  /** Moves the clock until all operations are finished. */
  readonly finish: () => void;
}

export interface CreatedReply {
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

/** A mock that checks every reply against Neon's OpenAPI text. A difference fails the test. */
export async function createMockClient(options: NeonOptions & { readonly unchecked?: boolean } = {}): Promise<MockClient> {
  const neon = await createNeon({ clock: createClock({ start: START, frozen: true }), seed: 1, operationMs: 1_000, check, ...options });
  if (options.unchecked !== true) made.push(neon);
  const outcome: MockClient["outcome"] = (method, path, sent, headers = {}) => {
    const [bare = "", query = ""] = (path.startsWith("!") ? path.slice(1) : `/projects/${neon.projectId}${path}`).split("?");
    const authorization = `Bearer ${neon.apiKey}`;
    return answer(neon, { method, path: bare, query: new URLSearchParams(query), headers: { authorization, ...headers }, body: sent });
  };
  const call: MockClient["call"] = async (method, path, sent) => {
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
      if (reply.status !== 201)
        throw new Error(`The mock did not create the branch ${name}: ${reply.status} ${JSON.stringify(reply.body)}`);
      return reply.body as CreatedReply;
    },
    finish: () => neon.clock.advance(1_001),
  };
}

/** The body of a reply, as an object. */
export function body(reply: Reply): Readonly<Record<string, unknown>> {
  return reply.body as Readonly<Record<string, unknown>>;
}
