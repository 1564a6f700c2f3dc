import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";

export interface GitHubComment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string; readonly type: "Bot" | "User" };
}

/** The status with which a request fails; undefined lets the request succeed. */
type Fault = (request: { readonly method: string; readonly path: string; readonly count: number }) => number | undefined;

/** An HTTP server with the part of GitHub's REST API for the comments of one pull request. */
export interface GitHubServer {
  readonly url: string;
  readonly comments: GitHubComment[];
  /** `METHOD /path` of each request, in order. */
  readonly requests: string[];
  fault: Fault;
  /** The delay of each reply in milliseconds. */
  lateMs: number;
  stop(): Promise<void>;
}

export async function startGitHub(repository: string, pullRequest: number): Promise<GitHubServer> {
  const list = `/repos/${repository}/issues/${pullRequest}/comments`;
  const one = new RegExp(`^/repos/${repository}/issues/comments/(\\d+)$`);
  const comments: GitHubComment[] = [];
  const requests: string[] = [];
  let last = 1000;
  const server = createServer((request, response) => {
    void handle(request).then(([status, data]) =>
      setTimeout(() => response.writeHead(status).end(data === undefined ? undefined : JSON.stringify(data)), state.lateMs),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const state: GitHubServer = {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    comments,
    requests,
    fault: () => undefined,
    lateMs: 0,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return state;

  async function handle(request: IncomingMessage): Promise<readonly [number, unknown?]> {
    const { method = "GET", url = "/", headers } = request;
    const { pathname, searchParams } = new URL(url, "http://x");
    requests.push(`${method} ${pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = state.fault({ method, path: pathname, count: requests.length });
    if (fault !== undefined) return [fault, { message: "Injected fault" }];
    if (headers.authorization?.startsWith("Bearer ghs_") !== true) return [401, { message: "Bad credentials" }];
    const { body = "" } = (chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())) as { body?: string };
    if (body.length > 65_536) return [422, { message: "Body is too long (maximum is 65536 characters)" }];
    if (pathname === list && method === "GET") {
      const [page, size] = [Number(searchParams.get("page")), Number(searchParams.get("per_page"))];
      return [200, comments.slice((page - 1) * size, page * size)];
    }
    if (pathname === list && method === "POST") {
      comments.push({ id: (last += 1), body, user: { login: "github-actions[bot]", type: "Bot" } });
      return [201, comments.at(-1)];
    }
    const at = comments.findIndex(({ id }) => String(id) === one.exec(pathname)?.[1]);
    const comment = comments[at];
    if (comment === undefined) return [404, { message: "Not Found" }];
    if (method === "DELETE") return [204, void comments.splice(at, 1)];
    comment.body = body;
    return [200, comment];
  }
}
