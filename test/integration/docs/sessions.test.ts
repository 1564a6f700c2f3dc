// @module-tag proof
import { readdir, readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { beforeAll, expect, test, vi } from "vitest";
import { type Cast, playCast, readCast } from "../../support/cast.ts";
import { recordSessions, SCENES, shapeOf, WIDTHS } from "../../support/sessions.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 1_200_000 });

const FOLDER = new URL("../../../docs/sessions/", import.meta.url);
const names = Object.keys(SCENES);
const committed = async (name: string): Promise<Cast> => readCast(await readFile(new URL(`${name}.cast`, FOLDER), "utf8"));

/** The text on the screen at the end, without what differs between two recordings and without line breaks, which follow from times. */
const shape = async (cast: Cast): Promise<string> => shapeOf((await playCast(cast)).rows.join(" ")).replaceAll(/N s|\s/g, "");

let again: ReadonlyMap<string, Cast>;

beforeAll(async () => {
  const [narrow = 80, wide = 120] = WIDTHS;
  again = new Map([...(await recordSessions(names, [narrow])), ...(await recordSessions(["run"], [wide]))]);
});

test("each scene has a recording of each width, and no other file is beside them", async () => {
  const files = names.flatMap((name) => WIDTHS.map((width) => `${name}-${width}.cast`));
  expect((await readdir(FOLDER)).toSorted()).toEqual(files.toSorted());
});

test.each(names.flatMap((name) => WIDTHS.map((width) => `${name}-${width}`)))(
  "the recording %s names nothing of a machine",
  async (name) => {
    const text = await readFile(new URL(`${name}.cast`, FOLDER), "utf8");
    expect(text).not.toMatch(/\/(tmp|root|home|Users)\//);
    expect(text).not.toMatch(new RegExp(String.raw`\b(${hostname()}|${userInfo().username})\b(?!\.)`));
    const { columns } = readCast(text);
    expect(columns).toBe(Number(name.split("-").at(-1)));
  },
);

test.each([...names.map((name) => `${name}-80`), "run-120"])(
  "the recording %s shows what offshoot shows today; if not, run `npx tsx test/support/record-sessions.ts`",
  async (name) => {
    const now = again.get(name);
    if (now === undefined) throw new Error(`${name} was not recorded.`);
    expect(await shape(await committed(name))).toBe(await shape(now));
  },
);

test.each([
  ["run-80", /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] database .* \d+\.\d s$/],
  ["run-80", /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] migrate .* \d+\.\d s$/],
  ["waiting-job-80", /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] migrate +waiting for/],
  ["failing-tests-80", /^✗ command +node failing\.js · exit status 1 /],
  ["failing-migration-80", /^✗ migrate +sql · failed /],
])("the recording %s contains the line %s", async (name, line) => {
  const { seen } = await playCast(await committed(name));
  expect([...seen].filter((row) => line.test(row))).not.toEqual([]);
});
