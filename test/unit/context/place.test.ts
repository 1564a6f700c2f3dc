import { readdir, stat } from "node:fs/promises";
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
