import type * as z from "zod";
import { type Env, verifiesNoCertificate } from "../environment.ts";
import { checkReply, gitHubError, readReply } from "./replies.ts";

/** GitHub's REST API for one repository, with the token of the job. */
export interface GitHub {
  /** Whether the token belongs to an app, as the token of a job does (it begins with `ghs_`). Its comments are by a bot. */
  readonly isApp: boolean;
  /** All entries of a list, from all pages. `entry` checks each of them. */
  list<Entry extends z.ZodType>(path: string, entry: Entry): Promise<readonly z.output<Entry>[]>;
  /** One call whose reply is not needed. `path` starts after the repository, such as `/pulls`. */
  send(method: "PATCH" | "DELETE", path: string, body?: unknown): Promise<void>;
  /** Creates something, and returns the reply. */
  create<Reply extends z.ZodType>(path: string, body: unknown, reply: Reply): Promise<z.output<Reply>>;
}

/** GitHub gives at most 100 entries a page (REST API, "Using pagination in the REST API"). */
const PAGE = 100;
/** 10,000 entries. GitHub accepts at most 2,500 comments on a pull request. */
const MOST_PAGES = 100;

const CALL_MS = 20_000;
const LIST_MS = 120_000;

/** GitHub redirects the calls for a repository that was renamed (REST API, "Best practices", "Follow redirects"). */
const MOST_REDIRECTS = 3;

/**
 * Undefined when the environment has no `GITHUB_API_URL`, or neither `OFFSHOOT_GITHUB_TOKEN` nor `GITHUB_TOKEN`. Calls throw
 * an error in words, with the property `status` for an error status and the code `ERR_NO_REPLY` when a later try can succeed.
 */
export function githubOf(env: Env, repository: string, signal: AbortSignal): GitHub | undefined {
  const api = env["GITHUB_API_URL"];
  const token = [env["OFFSHOOT_GITHUB_TOKEN"], env["GITHUB_TOKEN"]].find((each) => each !== undefined && each !== "");
  if (api === undefined || token === undefined) return undefined;

  async function call(method: string, path: string, within: AbortSignal, body?: unknown): Promise<string> {
    if (verifiesNoCertificate(env) && api?.startsWith("https:"))
      throw new Error("NODE_TLS_REJECT_UNAUTHORIZED is 0, so nobody would verify GitHub's certificate. The token was not sent");
    const late = AbortSignal.timeout(CALL_MS);
    const init: RequestInit = {
      method,
      headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Followed here, because `fetch` also follows to other hosts, whose replies nobody may trust.
      redirect: "manual",
      signal: AbortSignal.any([within, late]),
    };
    try {
      return await readReply(await follow(`${api}/repos/${repository}${path}`, init));
    } catch (thrown) {
      throw gitHubError(thrown, late.aborted ? CALL_MS : undefined);
    }
  }

  return {
    isApp: token.startsWith("ghs_"),
    async list(path, entry) {
      const late = AbortSignal.timeout(LIST_MS);
      const all: z.output<typeof entry>[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const pagePath = `${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE}&page=${page}`;
        const found = checkReply(await call("GET", pagePath, AbortSignal.any([signal, late])), entry.array().max(PAGE));
        all.push(...found);
        if (found.length < PAGE) return all;
      }
      throw new Error(`GitHub's list did not end after ${MOST_PAGES} pages`);
    },
    async send(method, path, body) {
      await call(method, path, signal, body);
    },
    create: async (path, body, reply) => checkReply(await call("POST", path, signal, body), reply),
  };
}

/** Follows redirects on the same scheme, host and port only, because the request carries the token. */
async function follow(start: string, init: RequestInit): Promise<Response> {
  let url = new URL(start);
  for (let hops = 0; ; hops += 1) {
    const response = await fetch(url.href, init);
    const to = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (to === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(to, url.href) ? new URL(to, url.href) : undefined;
    if (next?.origin !== url.origin) throw new Error("GitHub's API redirected to another host, which does not get the token");
    if (init.method !== "GET" && response.status !== 307 && response.status !== 308) return response;
    if (hops === MOST_REDIRECTS) throw new Error(`GitHub's API redirected more than ${MOST_REDIRECTS} times`);
    url = next;
  }
}
