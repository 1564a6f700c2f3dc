import { chmod, chown, mkdir, readdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type Of, recordedPlace, recordPlace } from "../../../src/context/place.ts";
import type { Database } from "../../../src/providers/provider.ts";
import { inFolder } from "../../support/folder.ts";

afterEach(() => void vi.restoreAllMocks());

const contextIn = (folder: string, name: string): Of => ({
  env: { OFFSHOOT_HOME: join(folder, "home") },
  name,
  settings: { provider: ["embedded"], postgres: 18, docker: { image: undefined } } as unknown as Of["settings"],
});
const record = (context: Of): Promise<void> =>
  recordPlace(context, { provider: "embedded", postgresMajor: 18, name: context.name } as Database, []);

test("a clock that is years ahead for one command does not remove the records of the other runs", async () => {
  await inFolder({}, async (folder) => {
    const [one, other] = [contextIn(folder, "offshoot/shop/one"), contextIn(folder, "offshoot/shop/other")];
    await record(one);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 30 * 365 * 86_400_000);
    await record(other);
    expect([await recordedPlace(one), await recordedPlace(other)]).toMatchObject([{ place: { major: 18 } }, { place: { major: 18 } }]);
  });
});

test.skipIf(process.platform === "win32")("the folder of the records is not open to other users, whatever the umask is", async () => {
  await inFolder({}, async (folder) => {
    const before = process.umask(0);
    try {
      await record(contextIn(folder, "offshoot/shop/one"));
    } finally {
      process.umask(before);
    }
    expect(await readdir(join(folder, "home/places"))).toHaveLength(1);
    for (const path of ["home", "home/places"]) expect((await stat(join(folder, path))).mode & 0o022).toBe(0);
  });
});

test.skipIf(process.platform === "win32").each(["a link in the folder", "a folder open to all", "a folder of another user"])(
  "nothing is recorded through %s",
  async (what) => {
    await inFolder({}, async (folder) => {
      const [home, victim] = [join(folder, "home"), join(folder, "victim")];
      await mkdir(home);
      await mkdir(victim);
      if (what === "a link in the folder") await symlink(victim, join(home, "places"));
      if (what === "a folder open to all") await chmod(home, 0o777);
      // Another user than the one of the test: without the right to give a folder away, this process counts as another one.
      if (what === "a folder of another user") {
        if (process.getuid?.() === 0) await chown(home, 12_346, 12_346);
        else vi.spyOn(process as Required<typeof process>, "getuid").mockReturnValue(12_346);
      }
      await record(contextIn(folder, "offshoot/shop/one"));
      expect(await recordedPlace(contextIn(folder, "offshoot/shop/one"))).toBeUndefined();
      expect(await readdir(victim)).toEqual([]);
      expect((await readdir(home)).filter((name) => name !== "places")).toEqual([]);
    });
  },
);
