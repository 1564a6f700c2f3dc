import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** What the databases of all tests need at once, with room to spare. Containers often have a memory disk of 64 MB. */
const ENOUGH_BYTES = 6 * 1024 ** 3;

/** The folder for the data of test servers: on a memory disk, a database is created in two thirds of the time. */
export function dataFolder(): string {
  try {
    const { bavail, bsize } = statfsSync("/dev/shm");
    if (bavail * bsize >= ENOUGH_BYTES) return "/dev/shm";
  } catch {
    // Not every system has one.
  }
  return tmpdir();
}
