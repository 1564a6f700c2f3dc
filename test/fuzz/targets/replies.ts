import * as fc from "fast-check";
import { checkReply, COMMENT, CREATED_COMMENT, PULL_REQUEST } from "../../../src/github/replies.ts";
import { parseContainers, serverIn } from "../../../src/providers/docker/inspect.ts";
import { parsePlanFile } from "../../../src/sweep/plan-file.ts";
import { type Policy, plan } from "../../../src/sweep/plan.ts";
import { createHarness, KEY, requestFor, taggedBranch } from "../../support/neon-harness.ts";
import { changedText, hostileText, jsonChanges, withChanges } from "../hostile.ts";
import { target } from "../target.ts";

const POLICY: Omit<Policy, "now"> = {
  repository: "acme/shop",
  owner: undefined,
  olderThanMs: undefined,
  idleMs: 900_000,
  baseTtlMs: 86_400_000,
  closed: { repository: undefined, pullRequests: new Set(), refs: new Set() },
};

const reply = fc.record({
  changes: jsonChanges,
  status: fc.option(fc.constantFrom(200, 204, 301, 400, 401, 403, 404, 409, 412, 422, 423, 429, 500, 503, 524), {
    nil: undefined,
    freq: 5,
  }),
  headers: fc.dictionary(
    fc.constantFrom("retry-after", "date", "content-type"),
    fc.oneof(hostileText, fc.constantFrom("3", "-1", "Sun, 01 Nov 2026 12:00:09 GMT")),
    { maxKeys: 2 },
  ),
});

/** Replies of Neon's API: those of the mock, changed. The clock moves only during a wait, so a long wait takes no time. */
export const neonReplies = target({
  name: "replies of Neon",
  input: fc.record({
    replies: fc.array(reply, { minLength: 1, maxLength: 6 }),
    actions: fc.array(fc.constantFrom("acquire", "acquire", "release", "find", "list", "extend", "examine"), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  async read({ replies, actions }) {
    const harness = await createHarness();
    harness.insert([taggedBranch("run-9"), { name: "feature/login" }]);
    let sent = 0;
    const honest = harness.adapter;
    const adapter = async (config: unknown): Promise<unknown> => {
      // After the changed replies, honest ones end the call.
      const changed = replies[sent++];
      const answered = await honest(config).catch((thrown: unknown) => thrown);
      const response = responseOf(answered);
      if (changed === undefined || response === undefined) return answered instanceof Error ? Promise.reject(answered) : answered;
      const { changes, status = response.status, headers } = changed;
      const made = { ...response, status, headers: { ...response.headers, ...headers }, data: withChanges(response.data, changes) };
      if (status < 300) return made;
      throw Object.assign(new Error(`Request failed with status code ${status}`), { code: "ERR_BAD_REQUEST", config, response: made });
    };
    const provider = harness.provider({ dependencies: { adapter: adapter as never } });
    const request = requestFor("run-1");
    const found: unknown[] = [];
    const first: unknown[] = [];
    for (const action of actions) {
      const limits = harness.limits(120_000);
      const call: Readonly<Record<string, () => unknown>> = {
        acquire: () => provider.acquire(request, limits),
        release: () => provider.release(request.name, limits),
        find: () => provider.find(request.name, limits),
        list: async () => plan(await provider.list(limits), { ...POLICY, now: new Date(harness.clock.now()) }),
        extend: () => provider.extend?.(request.name, 7_200_000, limits),
        examine: () => provider.examine(request.name, limits),
      };
      try {
        found.push(await call[action]?.());
      } catch (thrown) {
        first.push(thrown);
      }
    }
    const unknown = first.find((thrown) => !(thrown instanceof Error) || thrown.name !== "OffshootError");
    if (unknown !== undefined) throw unknown;
    if (JSON.stringify([found, harness.events]).includes(KEY)) throw new Error("A result contains the key.");
    return found;
  },
});

function responseOf(answered: unknown): { readonly status: number; readonly headers: object; readonly data: unknown } | undefined {
  const holder = answered instanceof Error ? (answered as { readonly response?: unknown }).response : answered;
  return holder as never;
}

const CONTAINER = JSON.stringify([
  {
    Id: "a".repeat(64),
    Name: "/offshoot-1",
    Created: "2026-11-01T12:00:00.123456789Z",
    State: { Status: "running", ExitCode: 0 },
    Config: { Labels: { "offshoot-tool": "offshoot", "offshoot-owner": "ada" }, Env: ["POSTGRES_PASSWORD=x"], Image: "postgres:17" },
    NetworkSettings: { Ports: { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: "49153" }] } },
  },
]);
const COMMENTS = JSON.stringify([{ id: 1, body: "<!-- offshoot -->", user: { type: "Bot" } }]);
const PLAN = JSON.stringify({
  version: 1,
  written: "2026-11-01T12:00:00Z",
  items: [{ provider: "neon", id: "br-1", name: "offshoot/a", action: "delete", reason: "expired" }],
});
const WORDS = ["{", "}", "[", "]", '"', ":", ",", "null", "1e999", "-1", "true", '"Ports"', '"id"', "__proto__"];

export const otherReplies = target({
  name: "replies of GitHub and Docker",
  input: changedText([CONTAINER, COMMENTS, PLAN], WORDS),
  read(text) {
    const tolerated: unknown[] = [];
    for (const form of [PULL_REQUEST, COMMENT, CREATED_COMMENT, COMMENT.array()]) {
      try {
        checkReply(text, form);
      } catch (thrown) {
        // The caller makes a warning of it, whose text is the message.
        if (!(thrown instanceof Error) || !/^(?:GitHub's reply|The reply) is not/.test(thrown.message)) throw thrown;
        tolerated.push(thrown);
      }
    }
    const isPlan = text.includes("written");
    return isPlan
      ? parsePlanFile(text, "plan.json")
      : parseContainers(text).map((container) => serverIn(container, { host: "127.0.0.1", bind: undefined }));
  },
});
