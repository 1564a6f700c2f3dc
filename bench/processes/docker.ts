import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testImage } from "../../test/support/docker.ts";
import { PEER_PACKAGES } from "../../test/support/peers.ts";
import type { Comparison } from "./comparison.ts";
import { BIN, mustRun, node } from "./process.ts";

/** What a person writes by hand, with psql in a loop. It prints the container's id. */
const BY_HAND = `set -e
id=$(docker run --detach --publish 127.0.0.1::5432 --tmpfs /var/lib/postgresql --env POSTGRES_PASSWORD=bench "$1" -c fsync=off -c full_page_writes=off)
port=$(docker port "$id" 5432 | sed 's/.*://')
until PGPASSWORD=bench psql -h 127.0.0.1 -p "$port" -U postgres -c 'select 1' >/dev/null 2>&1; do sleep 0.05; done
echo "$id"`;

/** The container is kept, as `offshoot up` keeps it, and is removed outside of the measured time. */
const TESTCONTAINERS = `const { PostgreSqlContainer } = require("@testcontainers/postgresql");
new PostgreSqlContainer(process.argv[1]).start().then((started) => { console.log(started.getId()); process.exit(0); });`;

async function remove(container: string): Promise<void> {
  mustRun("docker", ["rm", "--force", "--volumes", container]);
}

/** The first query to a server in a container, with an image that is on the machine. */
export async function docker(): Promise<Comparison> {
  const image = await testImage(18);
  if (image === undefined) throw new Error("This comparison needs Docker and the image of the tests.");
  const folder = await mkdtemp(join(tmpdir(), "offshoot-bench-"));
  const own = { ...process.env, OFFSHOOT_HOME: folder, OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: image };
  return {
    name: "a server in a container",
    rounds: 5,
    ways: {
      "docker run, psql in a loop": async () => {
        const id = mustRun("bash", ["-c", BY_HAND, "bench", image]);
        return () => remove(id);
      },
      "Testcontainers, start": async () => {
        const env = { ...process.env, NODE_PATH: PEER_PACKAGES, TESTCONTAINERS_RYUK_DISABLED: "true" };
        const id = node(["-e", TESTCONTAINERS, image], { env, cwd: folder });
        return () => remove(id);
      },
      "offshoot up": async () => {
        const run = randomUUID();
        node([BIN, "up", "--run", run], { env: own, cwd: folder });
        return async () => void node([BIN, "down", "--run", run], { env: own, cwd: folder });
      },
    },
    goals: { "offshoot up": 1.2 },
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
}
