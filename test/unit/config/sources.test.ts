import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { FIELDS, variablesOf } from "../../../src/config/fields.ts";
import { flagOf } from "../../../src/config/sources.ts";
import { KEY_SETTINGS } from "../../../src/config/joint-checks.ts";
import type { Field } from "../../../src/config/field.ts";
import { showValue } from "../../../src/config/value-formats.ts";
import { SAMPLES, documentWith } from "./samples.ts";
import { loadText as load } from "./scratch.ts";

/** The other settings decide who gets the API key, so the file of a checkout cannot set them (`load.test.ts`). */
const isInFile = (path: string): boolean => !(KEY_SETTINGS as readonly string[]).includes(path);

describe("a flag overrides the environment, the file, the CI service and the default, in this order", () => {
  const ORDER = ["flag", "env", "file", "ci"] as const;
  describe.each(FIELDS.map((field: Field) => ({ field, path: field.path })))("for $path", ({ field, path }) => {
    test.each(ORDER.filter((from) => from !== "file" || isInFile(path)))(
      "when %s is the strongest source that sets it",
      async (strongest) => {
        const [winner, loser] = SAMPLES[field.kind];
        const given = ORDER.slice(ORDER.indexOf(strongest));
        const sample = (origin: (typeof ORDER)[number]): { input: unknown; text: string } => (origin === strongest ? winner : loser);
        const variable = variablesOf(field)[0] ?? "";
        const resolved = await load(given.includes("file") ? stringify(documentWith(path, sample("file").input)) : undefined, {
          flags: given.includes("flag") ? { [path]: sample("flag").input } : {},
          env: given.includes("env") ? { [variable]: sample("env").text } : {},
          ci: { [path]: sample("ci").input },
        });
        const where = { flag: flagOf(field), env: variable, file: expect.stringMatching(/^offshoot\.yaml:\d+$/), ci: "CI" }[strongest];
        expect(resolved.sources[path]).toEqual({ from: strongest, where });
        expect(resolved.values[path]).toBe(showValue(field.kind, winner.input));
      },
    );
  });

  test.each(
    FIELDS.filter(({ path }) => isInFile(path)).flatMap((field: Field) => variablesOf(field).map((variable) => [variable, field] as const)),
  )("%s sets the same value as the file", async (variable, field) => {
    const [{ input, text }] = SAMPLES[field.kind];
    const { sources, settings } = await load(undefined, { env: { [variable]: text } });
    expect(sources[field.path]).toEqual({ from: "env", where: variable });
    expect(settings).toEqual((await load(stringify(documentWith(field.path, input)))).settings);
  });

  test("an empty variable counts as not set, and its alias is used", async () => {
    const { settings, sources } = await load("run: mine\n", {
      env: { OFFSHOOT_RUN: "", OFFSHOOT_NEON_PROJECT: " ", NEON_PROJECT_ID: "quiet-sun-1" },
    });
    expect(settings.run).toBe("mine");
    expect(settings.neon.project).toBe("quiet-sun-1");
    expect(sources["neon.project"]).toEqual({ from: "env", where: "NEON_PROJECT_ID" });
  });

  test("a flag with the value undefined counts as not given", async () => {
    expect((await load("ttl: 3h\n", { flags: { ttl: undefined } })).settings.ttlMs).toBe(3 * 3_600_000);
  });
});
