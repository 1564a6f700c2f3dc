import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { skipWithout } from "./require.ts";

const run = promisify(execFile);

const REPOSITORY = "offshoot-test/postgres";

/** Runs the container tool and returns its output. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await run("docker", [...args])).stdout.trim();
}

/** The tests' image of a major, which `.ci/images` builds. Undefined without an engine or the image; a line reports the skipped tests then. */
export async function testImage(major: 15 | 18): Promise<string | undefined> {
  const image = `${REPOSITORY}:${major}`;
  try {
    await docker("image", "inspect", image);
    return image;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.trim().split("\n").at(-1) : "";
    skipWithout("docker", `no engine has the image ${image}; run \`.ci/machine\` and \`.ci/images\` (${reason})`);
    return undefined;
  }
}

/** Makes an image for containers that print `output` after a while and end. `remove` removes the image. */
export async function failingImage(output: string, afterSeconds: number): Promise<{ readonly image: string; remove(): Promise<void> }> {
  const image = `offshoot-test/failing:${randomBytes(6).toString("hex")}`;
  const container = await docker("create", `${REPOSITORY}:base`, "true");
  const entryPoint = JSON.stringify(["sh", "-c", `sleep ${afterSeconds}; echo "$0" >&2; exit 1`, output]);
  await docker("commit", "--change", `ENTRYPOINT ${entryPoint}`, container, image);
  await docker("rm", container);
  return { image, remove: async () => void (await docker("rmi", "--force", image)) };
}
