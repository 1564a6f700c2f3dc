import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { skipWithout } from "./require.ts";

const run = promisify(execFile);

const REPOSITORY = "offshoot-test/postgres";

/** What the container tool prints. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await run("docker", [...args])).stdout.trim();
}

/** The tests' image of a major, which `.ci/images` builds; undefined after one line where engine or image is missing. */
export async function testImage(major: 15 | 18): Promise<string | undefined> {
  const image = `${REPOSITORY}:${major}`;
  try {
    await docker("image", "inspect", image);
    return image;
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message.trim().split("\n").at(-1) : "";
    skipWithout("docker", `no engine with the image ${image}, which \`.ci/machine\` and \`.ci/images\` bring (${words})`);
    return undefined;
  }
}

/** An image that writes `words` after a while and ends, made from the tests' own. The function removes it. */
export async function dyingImage(words: string, afterSeconds: number): Promise<{ readonly image: string; remove(): Promise<void> }> {
  const image = `offshoot-test/dying:${randomBytes(6).toString("hex")}`;
  const container = await docker("create", `${REPOSITORY}:base`, "true");
  const entryPoint = JSON.stringify(["sh", "-c", `sleep ${afterSeconds}; echo "$0" >&2; exit 1`, words]);
  await docker("commit", "--change", `ENTRYPOINT ${entryPoint}`, container, image);
  await docker("rm", container);
  return { image, remove: async () => void (await docker("rmi", "--force", image)) };
}
