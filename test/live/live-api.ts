import { setTimeout as pause } from "node:timers/promises";
import { redact } from "../../src/redact.ts";

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** Id of a branch that the call created. */
  readonly branchId: string;
}

/** Neon's API in the project of the environment. Branches that were created through it can be removed together. */
export interface LiveApi {
  /** Texts that no report may contain. */
  readonly secrets: readonly string[];
  call(method: string, path: string, body?: object): Promise<Reply>;
  /** The same, as soon as no operation blocks it. */
  unlocked(method: string, path: string, body?: object): Promise<Reply>;
  create(body: object, path?: string): Promise<Reply>;
  /** Deletes a branch as soon as no operation blocks it. `query` begins with `?`. */
  deleted(branchId: string, query: string): Promise<Reply>;
  removeCreated(): Promise<void>;
}

/** How often a call is sent again while Neon reports running operations (423), twice a second. */
const MOST_TRIES = 60;

/** Throws if the key or the project is not set. */
export function liveApi(env: NodeJS.ProcessEnv): LiveApi {
  const { NEON_API_KEY: key, NEON_PROJECT_ID: project, NEON_API_HOST: host = "https://console.neon.tech/api/v2" } = env;
  if (key === undefined || project === undefined) throw new Error("NEON_API_KEY or NEON_PROJECT_ID is not set. Set both.");
  const created: string[] = [];

  const call: LiveApi["call"] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const sent = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${host}/projects/${project}${path}`, { ...sent, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    const read = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
    const branchId = (read["branch"] as { id?: string } | undefined)?.id ?? "";
    return { status: response.status, body: read, headers: response.headers, branchId };
  };
  const untilUnlocked = async (method: string, path: string, body?: object): Promise<Reply> => {
    for (let tries = 1; ; tries += 1) {
      const reply = await call(method, path, body);
      if (reply.status !== 423 || tries === MOST_TRIES) return reply;
      await pause(500);
    }
  };
  return {
    secrets: [key, project],
    call,
    unlocked: untilUnlocked,
    async create(body, path = "/branches") {
      const reply = await untilUnlocked("POST", path, body);
      if (reply.branchId !== "") created.push(reply.branchId);
      return reply;
    },
    deleted: (branchId, query) => untilUnlocked("DELETE", `/branches/${branchId}${query}`),
    async removeCreated() {
      // Children before parents.
      for (const id of created.toReversed()) await untilUnlocked("DELETE", `/branches/${id}`);
    },
  };
}

/** The facts that were seen, as a table for an issue. It contains no key, no project, no password, and no id of a branch. */
export function createReport(secrets: readonly string[]): { add(fact: string, reply: Reply, seen: string): void; text(): string } {
  const rows: string[] = [];
  const clean = (text: string): string => {
    const hidden = redact(text, secrets);
    return hidden
      .replaceAll(/\b(?:br|ep|snap)-[a-z0-9-]+/g, "<id>")
      .replaceAll(/postgres(?:ql)?:\/\/\S+/g, "<url>")
      .replaceAll(/\bnpg_\w+/g, "…")
      .replaceAll("|", String.raw`\|`)
      .replaceAll(/\s+/g, " ")
      .slice(0, 300);
  };
  return {
    add(fact, { status, body }, seen) {
      const text = (key: string): string => (typeof body[key] === "string" ? body[key] : "");
      rows.push(`| ${[fact, String(status), text("code"), text("message"), seen].map(clean).join(" | ")} |`);
    },
    text: () => ["", "| fact | status | code | message | seen |", "|---|---|---|---|---|", ...rows, ""].join("\n"),
  };
}
