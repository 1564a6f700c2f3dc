/**
 * Time to the first query with an image that is on the machine: the Docker provider, and `docker run` with a loop of
 * queries. The goal is a ratio of at most 1.2. `node --import tsx bench/docker.ts [IMAGE]`; default: the image of the tests.
 */
import { spawnSync } from "node:child_process";
import { setTimeout as timer } from "node:timers/promises";
import { silent } from "../src/events.ts";
import { withSession } from "../test/support/session.ts";
import { dockerProvider } from "../src/providers/docker/docker.ts";
import { branchName } from "../src/identity/name.ts";
import { ownerTag } from "../src/identity/owner-tag.ts";
import { runIdentity } from "../test/support/run-identity.ts";
import { compare, median, table } from "./compare.ts";

const IMAGE = process.argv[2] ?? "offshoot-test/postgres:18";
const ROUNDS = 7;
const NAME = "offshoot-bench-bare";

const docker = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync("docker", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
};

/** The usual settings of a throw-away server, as a user writes them by hand. */
async function bare(): Promise<() => Promise<void>> {
  const durability = ["fsync", "synchronous_commit", "full_page_writes"].flatMap((name) => ["-c", `${name}=off`]);
  const tmpfs = IMAGE.endsWith(":18") ? "/var/lib/postgresql" : "/var/lib/postgresql/data";
  docker(
    "run",
    "--detach",
    "--name",
    NAME,
    "--publish",
    "127.0.0.1::5432",
    "--tmpfs",
    tmpfs,
    "--env",
    "POSTGRES_PASSWORD=bench",
    IMAGE,
    ...durability,
  );
  const [, port] = /:(\d+)$/m.exec(docker("port", NAME, "5432")) ?? [];
  for (;;) {
    try {
      await withSession(`postgresql://postgres:bench@127.0.0.1:${port}/postgres`, (session) => session.query("select 1"));
      return async () => void docker("rm", "--force", "--volumes", NAME);
    } catch {
      await timer(50);
    }
  }
}

const run = runIdentity({ repository: "bench/docker", key: "first-query" });
const limits = { signal: new AbortController().signal, withinMs: 120_000, emit: silent };
const provider = dockerProvider({ env: { ...process.env, OFFSHOOT_HOME: "/bench" }, image: IMAGE, idleMs: 600_000, baseTtlMs: 600_000 });

async function provided(): Promise<() => Promise<void>> {
  const createdAt = new Date();
  const expiresAt = new Date(createdAt.getTime() + 600_000);
  const wanted = { run, name: branchName(run), tag: ownerTag({ run, createdAt, expiresAt }), expiresAt, fingerprint: undefined };
  const answer = await provider.acquire(wanted, limits);
  if (answer.kind === "refusal") throw new Error(answer.text);
  await withSession(answer.url, (session) => session.query("select 1"));
  return async () => void (await provider.release(answer.name, limits));
}

const sides = await compare(ROUNDS, { "docker run, query loop": bare, "acquire() of the provider": provided });
console.log(table(sides));
const [floor = 1, first = 0] = sides.map(({ times }) => median(times));
console.log(`goal: a ratio of at most 1.20; measured: ${(first / floor).toFixed(2)}`);
