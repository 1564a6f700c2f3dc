import type { Env } from "../environment.ts";

/** GitHub's REST API for one repository, with the job's own token. */
export interface GitHub {
  /** Whether the token is an app's, as a job's own is: what it writes is then by a bot (tokens of apps begin with `ghs_`). */
  readonly isApp: boolean;
  /** Every entry of a list, over all of its pages. */
  list<T>(path: string): Promise<readonly T[]>;
  /** One call; undefined where the reply has no body. `path` begins after the repository, such as `/pulls`. */
  send<T>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T | undefined>;
}

/** GitHub's refusal. Worth another try where the fault was GitHub's own or one of pace. */
export interface GitHubFailure extends Error {
  readonly status: number;
}

/** GitHub gives at most 100 entries a page (REST API, "Using pagination in the REST API"). */
const PAGE = 100;

const ASK_MS = 20_000;

/** Undefined where the job has no API or no token of GitHub's. Calls throw a `GitHubFailure`, or what `fetch` throws. */
export function githubOf(env: Env, repository: string, signal: AbortSignal): GitHub | undefined {
  const { GITHUB_API_URL: api, GITHUB_TOKEN: token } = env;
  if (api === undefined || token === undefined || token === "") return undefined;
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${api}/repos/${repository}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw Object.assign(new Error(`GitHub answered ${response.status}`), { status: response.status });
  };
  return {
    isApp: token.startsWith("ghs_"),
    async list<T>(path: string) {
      const all: T[] = [];
      for (let page = 1; ; page += 1) {
        const response = await call("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE}&page=${page}`);
        const found = (await response.json()) as readonly T[];
        all.push(...found);
        if (found.length < PAGE) return all;
      }
    },
    async send<T>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown) {
      const text = await (await call(method, path, body)).text();
      return text === "" ? undefined : (JSON.parse(text) as T);
    },
  };
}

export function isGitHubFailure(thrown: unknown): thrown is GitHubFailure {
  return thrown instanceof Error && typeof (thrown as Partial<GitHubFailure>).status === "number";
}
