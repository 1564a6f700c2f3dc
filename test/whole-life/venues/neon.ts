import { setTimeout as pause } from "node:timers/promises";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { makeHome, removeHome } from "../../support/state-folder.ts";
import type { Decoy, Venue } from "./venue.ts";

interface Branch {
  readonly id: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly expires_at?: string;
  readonly annotation?: Readonly<Record<string, string>>;
}

/** The mock of Neon, with a real Postgres server for every branch. */
export async function neonVenue(): Promise<Venue> {
  const mock = await startMock("--postgres", "--operation-time", "50");
  const home = await makeHome();
  const planted = new Set<string>();
  const branches = async (): Promise<readonly Branch[]> =>
    ((await mock.control("GET", "state")) as { branches: readonly Branch[] }).branches.filter(({ deleted }) => !deleted);
  return {
    name: "neon",
    env: { ...mock.env, OFFSHOOT_HOME: home, OFFSHOOT_PROVIDER: "neon" },
    secrets: [mock.apiKey],
    async list(repository) {
      return (await branches())
        .filter(
          ({ id, annotation }) =>
            !planted.has(id) && annotation?.["offshoot-repository"] === repository && annotation["offshoot-kind"] === "run",
        )
        .map(({ name, annotation, expires_at }) => ({
          name,
          repository,
          run: annotation?.["offshoot-run"],
          expires: expires_at === undefined ? undefined : new Date(expires_at),
        }));
    },
    async expire(repository) {
      const isRun = ({ id, annotation }: Branch): boolean =>
        !planted.has(id) && annotation?.["offshoot-repository"] === repository && annotation["offshoot-kind"] === "run";
      const own = (await branches()).filter(isRun);
      await Promise.all(own.map(({ id }) => expireSoon(mock, id)));
      if (own.length > 0) await pause(1500);
    },
    async plant(repository) {
      const tag = {
        "offshoot-tool": "offshoot",
        "offshoot-kind": "run",
        "offshoot-repository": `${repository}-foreign`,
        "offshoot-run": "old",
        "offshoot-created": "2020-01-01T00:00:00Z",
        "offshoot-expires": "2020-01-02T00:00:00Z",
      };
      const inserted = (await mock.control("POST", "branches", {
        branches: [
          { name: `offshoot/${repository}/untagged` },
          { name: `offshoot/${repository}/protected`, protected: true, annotation: { ...tag, "offshoot-repository": repository } },
          { name: `preview/${repository}`, annotation: tag },
        ],
      })) as readonly { readonly id: string; readonly name: string }[];
      for (const { id } of inserted) planted.add(id);
      return inserted.map(({ id, name }): Decoy => ({
        what: `the branch ${name}`,
        exists: async () => (await branches()).some((branch) => branch.id === id),
        // They cost nothing, and end with the mock.
        remove: () => Promise.resolve(),
      }));
    },
    async end() {
      const violations = (await mock.control("GET", "violations")) as readonly unknown[];
      await mock.stop();
      await removeHome(home);
      return violations.length === 0 ? [] : [`replies of the mock contradict Neon's API: ${JSON.stringify(violations.slice(0, 3))}`];
    },
  };
}

/** Lets a branch expire in one second. It may be deleted at the same time, or be locked by an operation. */
async function expireSoon(mock: MockServer, branch: string): Promise<void> {
  let last = 0;
  for (let left = 40; left > 0; left -= 1) {
    // Neon refuses a moment in the past, and each try can wait for a lock.
    const inOneSecond = new Date(Date.now() + 1000).toISOString();
    const { status } = await fetch(`${mock.plainUrl}/projects/${mock.projectId}/branches/${branch}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${mock.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ branch: { expires_at: inOneSecond } }),
    });
    if (status === 200 || status === 404) return;
    last = status;
    await pause(200);
  }
  throw new Error(`The expiry of the branch ${branch} could not be changed: HTTP ${last}.`);
}
