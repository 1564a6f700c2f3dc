import type { Env } from "../environment.ts";

/** GitHub's REST API for one repository, with the token of the job. */
export interface GitHub {
  /** Whether the token belongs to an app, as the token of a job does (it begins with `ghs_`). Its comments are by a bot. */
  readonly isApp: boolean;
  /** All entries of a list, from all pages. */
  list<T>(path: string): Promise<readonly T[]>;
  /** One call; undefined when the reply has no body. `path` starts after the repository, such as `/pulls`. */
  send<T>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T | undefined>;
}

/** An error status from GitHub. The call can be repeated after 5xx and 429. */
export interface GitHubFailure extends Error {
  readonly status: number;
}

/** GitHub gives at most 100 entries a page (REST API, "Using pagination in the REST API"). */
const PAGE = 100;

const CALL_MS = 20_000;

/** Undefined when the environment has no `GITHUB_API_URL`, or neither `OFFSHOOT_GITHUB_TOKEN` nor `GITHUB_TOKEN`. Calls throw a `GitHubFailure`, or what `fetch` throws. */
export function githubOf(env: Env, repository: string, signal: AbortSignal): GitHub | undefined {
  const api = env["GITHUB_API_URL"];
  const token = [env["OFFSHOOT_GITHUB_TOKEN"], env["GITHUB_TOKEN"]].find((each) => each !== undefined && each !== "");
  if (api === undefined || token === undefined) return undefined;
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${api}/repos/${repository}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]),
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

/** Whether an error is an error status from GitHub. */
export function isGitHubFailure(thrown: unknown): thrown is GitHubFailure {
  return thrown instanceof Error && typeof (thrown as Partial<GitHubFailure>).status === "number";
}
