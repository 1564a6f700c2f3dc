import { randomBytes } from "node:crypto";
import { docker, testImage } from "../../support/docker.ts";
import { makeHome, removeHome } from "../../support/state-folder.ts";
import { localVenue } from "./local.ts";
import type { Venue } from "./venue.ts";

/**
 * The Docker provider with the tests' image. A stopped container without our labels has a name like ours. Undefined without an
 * engine or the image.
 */
export async function dockerVenue(): Promise<Venue | undefined> {
  const image = await testImage(15);
  if (image === undefined) return undefined;
  const home = await makeHome();
  const container = `offshoot-postgres-15-${randomBytes(4).toString("hex")}`;
  await docker("create", "--name", container, image, "true");
  const env = { OFFSHOOT_HOME: home, OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: image };
  const venue = await localVenue("docker", env, () => removeHome(home));
  return {
    ...venue,
    async end() {
      const broken = await venue.end();
      const left = await docker("ps", "--all", "--quiet", "--filter", `name=^${container}$`);
      if (left !== "") await docker("rm", "--force", "--volumes", container);
      return left === "" ? [...broken, `the container ${container} of somebody else was removed`] : broken;
    },
  };
}
