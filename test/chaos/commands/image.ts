import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { docker } from "../../support/docker.ts";

const run = promisify(execFile);

const PROGRAMS = ["bash", "psql", "setsid", "date", "sleep", "env", "cat"];
const IMAGE = "offshoot-test/psql:1";

/**
 * A small image with bash and psql of this machine, for migration commands in containers. Undefined where no engine runs.
 * It is kept for the next time.
 */
export async function psqlImage(): Promise<string | undefined> {
  try {
    await docker("version");
  } catch {
    return undefined;
  }
  const exists = await docker("image", "inspect", IMAGE).then(
    () => true,
    () => false,
  );
  if (!exists) await build();
  return IMAGE;
}

/** Packs the programs with the libraries that `ldd` lists for them. */
async function build(): Promise<void> {
  const script = `set -eu
    programs=$(for name in ${PROGRAMS.join(" ")}; do command -v "$name"; done)
    # Debian's psql is a Perl script that starts the newest version.
    programs=$(echo "$programs" | grep -v /psql$)
    psql=$(ls /usr/lib/postgresql/*/bin/psql | tail -n 1)
    libraries=$(ldd $programs $psql | grep -o '/[^ )]*' | grep -v ':$' | sort -u)
    tar -c -h -P --transform "s,^$psql,/usr/bin/psql," $programs $psql $libraries`;
  const packed = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
  const imported = spawn("docker", ["import", "--change", "ENV PATH=/usr/bin:/bin LANG=C.UTF-8", "-", IMAGE], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  packed.stdout.pipe(imported.stdin);
  const [[status], [imports]] = await Promise.all([once(packed, "exit"), once(imported, "exit")]);
  if (status !== 0 || imports !== 0) throw new Error(`The image ${IMAGE} could not be built (${String(status)}, ${String(imports)}).`);
}

/** Removes the containers with a label. A container continues when its `docker run` is killed. */
export async function removeContainers(label: string): Promise<void> {
  const { stdout } = await run("docker", ["ps", "--all", "--quiet", "--filter", `label=${label}`]);
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await run("docker", ["rm", "--force", ...ids]);
}
