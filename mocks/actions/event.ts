import { open, type Context } from "./expression/value.ts";
import type { WorkflowText } from "./workflow-file.ts";

/** An event as GitHub gives it to a job: a file of `mocks/ci/github`. */
export interface GithubEvent {
  readonly env: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

interface Payload {
  readonly action?: string;
  readonly inputs?: unknown;
  readonly pull_request?: {
    readonly head: { readonly repo: { readonly full_name: string } | null };
    readonly base: { readonly ref: string; readonly repo: { readonly full_name: string } };
  };
}

/** The types of `pull_request` events that start a workflow without `types`. */
const USUAL_TYPES = ["opened", "synchronize", "reopened"];

/** Throws when the event does not start the workflow: a test that runs no job proves nothing. */
export function requireTrigger({ on }: WorkflowText, event: GithubEvent): void {
  const name = event.env["GITHUB_EVENT_NAME"] ?? "";
  const entries: Readonly<Record<string, unknown>> =
    typeof on === "string" ? { [on]: null } : Array.isArray(on) ? Object.fromEntries(on.map((each) => [each, null])) : on;
  if (!(name in entries)) throw new Error(`The workflow does not start on ${name}, but on ${Object.keys(entries).join(", ")}.`);
  const { types, branches } = (entries[name] ?? {}) as { types?: string | string[]; branches?: string | string[] };
  const payload = event.payload as Payload;
  const wanted = types === undefined ? (name.startsWith("pull_request") ? USUAL_TYPES : []) : [types].flat();
  if (wanted.length > 0 && !wanted.includes(payload.action ?? ""))
    throw new Error(`The workflow does not start on ${name}/${payload.action}.`);
  const branch = payload.pull_request?.base.ref ?? event.env["GITHUB_REF_NAME"] ?? "";
  if (branches !== undefined && ![branches].flat().some((glob) => matches(glob, branch))) {
    throw new Error(`The workflow does not start on the branch ${branch}.`);
  }
}

/** `*` matches within one part of the name, `**` matches across parts. */
function matches(glob: string, branch: string): boolean {
  const pattern = glob.replaceAll(/[.+^$()|[\]{}?\\]/g, String.raw`\$&`).replaceAll(/\*\*?/g, (stars) => (stars === "*" ? "[^/]*" : ".*"));
  return new RegExp(`^${pattern}$`).test(branch);
}

/** Whether GitHub withholds the repository's secrets from the jobs: for forks and Dependabot, except on `pull_request_target`. */
export function withholdsSecrets({ env, payload }: GithubEvent): boolean {
  if (env["GITHUB_EVENT_NAME"] === "pull_request_target") return false;
  const { pull_request: pull } = payload as Payload;
  return env["GITHUB_ACTOR"] === "dependabot[bot]" || (pull !== undefined && pull.head.repo?.full_name !== pull.base.repo.full_name);
}

/** The `github` context. Its names come from the variables. */
export function githubContext(env: Readonly<Record<string, string>>, payload: unknown): Context {
  const own = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith("GITHUB_") ? [[name.slice("GITHUB_".length).toLowerCase(), value] as const] : [],
  );
  return { ...Object.fromEntries(own), event: open(payload) };
}

export function inputsOf(payload: unknown): Context {
  return open((payload as Payload).inputs ?? {});
}
