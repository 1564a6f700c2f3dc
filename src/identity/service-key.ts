import { shortHash } from "./slug.ts";

/** The server that everybody uses who has none of their own. */
const PUBLIC: Readonly<Record<string, string>> = { github: "github.com", gitlab: "gitlab.com", bitbucket: "bitbucket.org" };

/** The service that counts, and its server if it is known. */
interface Counter {
  readonly service: string;
  readonly server?: string | undefined;
}

/**
 * A key with a number that the service counts. GitHub and GitLab both have a run 100 and a pull request 100 of a repository with the
 * same name, and so have two servers of GitHub Enterprise. So the service comes before the number, and a hash of the server after it,
 * such as `gitlab-run-100-3f9c2a1b`. On github.com the key is `run-100`, and on the other public servers it has no hash.
 */
export function keyInService({ service, server }: Counter, key: string): string {
  const isPublic = server === undefined || server === PUBLIC[service];
  const named = service === "github" && isPublic ? key : `${service}-${key}`;
  return isPublic ? named : `${named}-${shortHash(server, 8)}`;
}

const CI_KEY = /^(?:(?:github|gitlab|circleci|buildkite|azure|bitbucket|jenkins|vercel|netlify|cloudflare|generic)-)?(?:run|pr)-/;

/** Whether a key looks like that of a run of a CI that nobody named. */
export function isKeyOfCi(key: string): boolean {
  return CI_KEY.test(key);
}

/** Host of a URL with the port and the path that it has, in lower case; undefined if it is not a URL. */
export function serverOfUrl(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  return host === "" ? undefined : `${host}${pathname.replace(/\/+$/, "")}`.toLowerCase();
}

/** Whether two servers can be the same one. An unknown one can be any. Only the hosts count: a git remote has another port. */
export function canBeSameServer(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || hostOf(one) === hostOf(other);
}

function hostOf(server: string): string {
  return server.split(/[:/]/, 1)[0] ?? server;
}
