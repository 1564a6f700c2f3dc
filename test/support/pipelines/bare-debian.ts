import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { docker } from "../docker.ts";
import { skipWithout } from "../require.ts";
import type { Played } from "./play.ts";
import type { PipelineJob, Shell } from "./pipeline.ts";

const exec = promisify(execFile);

/** Debian without anything that debootstrap's minimal variant leaves out. `.ci/images` makes it. */
const DEBIAN = "offshoot-test/debian:13";
/** The certificates that this machine trusts, which can differ from those of Debian. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const TRUSTED = "/trusted.crt";

/**
 * What the official images have besides Debian. `languages`: packages of Debian, with those of the repositories, because not each
 * machine that runs the tests reaches PyPI and RubyGems.
 */
const PROGRAMS = {
  languages: "python3 python3-venv alembic python3-psycopg2 python3-pytest python3-pytest-xdist ruby bundler rake",
  node: "",
} as const;

/** Lets pip find the packages of Debian that replace those of PyPI. */
export const PYTHON = { PYTHONPATH: "/usr/lib/python3/dist-packages" } as const;

/** Whether the image of Debian is there. A line reports it when it is not. */
export async function hasDebian(): Promise<boolean> {
  try {
    await docker("image", "inspect", DEBIAN);
    return true;
  } catch {
    skipWithout("a bare Debian", `no engine has the image ${DEBIAN}; run \`.ci/machine\` and \`.ci/images\``);
    return false;
  }
}

/** A machine with Debian and programs. */
export interface BareDebian {
  /** Replaces the checkout. */
  checkOut(folder: string): Promise<void>;
  /** Runs a shell in the checkout. */
  run(shell: Shell, env: Readonly<Record<string, string>>): Promise<{ readonly code: number; readonly log: string }>;
  /** Ends all its processes. */
  remove(): Promise<void>;
}

/** Starts the machine with copies of files, by their path there. */
export async function startDebian(programs: keyof typeof PROGRAMS, files: Readonly<Record<string, string>>): Promise<BareDebian> {
  const name = `offshoot-test-debian-${randomBytes(4).toString("hex")}`;
  // Packages come over the network of this machine, as a sandbox may have no other.
  await docker("run", "--detach", "--init", "--network", "host", "--name", name, DEBIAN, "sleep", "infinity");
  const certificates = existsSync(CERTIFICATES) ? { [TRUSTED]: CERTIFICATES } : {};
  for (const [path, file] of Object.entries({ ...certificates, ...files })) await docker("cp", file, `${name}:${path}`);
  const own = existsSync(CERTIFICATES) ? { NODE_EXTRA_CA_CERTS: TRUSTED } : {};
  const run: BareDebian["run"] = async ({ argv, script, env: ofShell }, env) => {
    const variables = Object.entries({ ...own, ...env, ...ofShell }).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    const command = ["exec", "-w", "/srv/project", ...variables, name, ...argv, script];
    const ended = await exec("docker", command, { maxBuffer: 64 * 1024 * 1024 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (failed: { code: number; stdout: string; stderr: string }) => failed,
    );
    return { code: ended.code, log: `+ ${script}\n${ended.stdout}${ended.stderr}` };
  };
  await docker("exec", name, "mkdir", "/srv/project");
  await install(programs, name, run);
  return {
    run,
    async checkOut(folder) {
      await docker("exec", name, "rm", "-rf", "/srv/project");
      await docker("cp", folder, `${name}:/srv/project`);
    },
    remove: async () => void (await docker("rm", "--force", "--volumes", name)),
  };
}

async function install(programs: keyof typeof PROGRAMS, name: string, run: BareDebian["run"]): Promise<void> {
  if (programs === "node") {
    // The official image has Node and npm in this folder, too.
    await docker("cp", process.execPath, `${name}:/usr/local/bin/node`);
    await docker("cp", join(dirname(process.execPath), "../lib/node_modules"), `${name}:/usr/local/lib/node_modules`);
  }
  const links = ["npm", "npx"].map((each) => `ln -s ../lib/node_modules/npm/bin/${each}-cli.js /usr/local/bin/${each}`);
  const packages = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${PROGRAMS[programs]}`;
  const script = programs === "node" ? links.join("\n") : packages;
  const { code, log } = await run({ argv: ["bash", "-eo", "pipefail", "-c"], script }, { DEBIAN_FRONTEND: "noninteractive" });
  if (code !== 0) throw new Error(`The programs of the image were not installed:\n${log}`);
}

/** Runs the shells of a job there, as the service does. */
export async function playThere(machine: BareDebian, job: PipelineJob, env: Readonly<Record<string, string>>): Promise<Played> {
  let log = "";
  for (const shell of job.shells) {
    const ended = await machine.run(shell, env);
    log += ended.log;
    if (ended.code !== 0) return { name: job.name, state: "failed", log };
  }
  return { name: job.name, state: "passed", log };
}
