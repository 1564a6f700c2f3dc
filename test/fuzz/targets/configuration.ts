import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { loadSettings } from "../../../src/config/load.ts";
import { FIELDS } from "../../../src/config/fields.ts";
import { changedText, hostileText } from "../hostile.ts";
import { blocksOf, sample, samplesBelow } from "../samples.ts";
import { target } from "../target.ts";

const PATHS = FIELDS.map(({ path }): string => path);
const KEYS = [...new Set(PATHS.flatMap((path) => path.split(".")))];
const VARIABLES = [
  ...PATHS.map(
    (path) =>
      `OFFSHOOT_${path
        .replaceAll(".", "_")
        .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
        .toUpperCase()}`,
  ),
  "NEON_API_KEY",
  "NEON_PROJECT_ID",
  "NEON_API_HOST",
  "OFFSHOOT_TTLL",
];
const VALUES = [
  "auto",
  "neon",
  "[neon, docker]",
  "2h",
  "90m",
  "15",
  "true",
  "0/1A2B3C4D",
  "error",
  "alembic",
  "{ A: b }",
  "- tool: drizzle\n  name: a",
  "postgres://u@h/d",
];
const FULL = PATHS.filter((path) => !path.includes("."))
  .map((key) => `${key}: 1`)
  .join("\n");

/** A folder outside of any checkout, whose file is written again for each case. */
const folder = mkdtempSync(join(tmpdir(), "offshoot-fuzz-"));

export const configuration = target({
  name: "configuration",
  input: fc.record({
    text: changedText(
      [
        sample("examples/outbox/offshoot.yaml"),
        ...samplesBelow("test/fixtures/repositories", "offshoot.yaml"),
        ...blocksOf("README.md", "yaml"),
        ...blocksOf("docs/steps.md", "yaml"),
        FULL,
      ],
      [...KEYS.map((key) => `\n${key}: `), ...KEYS.map((key) => `\n  ${key}: `), ...VALUES],
    ),
    env: fc.dictionary(fc.constantFrom(...VARIABLES), fc.oneof(fc.constantFrom(...VALUES), hostileText), { maxKeys: 4 }),
    flags: fc.dictionary(
      fc.oneof(fc.constantFrom(...PATHS), hostileText),
      fc.oneof(fc.constantFrom<unknown>(...VALUES, 1, true, null, [], {}), hostileText),
      { maxKeys: 3 },
    ),
  }),
  async read({ text, env, flags }) {
    writeFileSync(join(folder, "offshoot.yaml"), text);
    return JSON.stringify(await loadSettings({ cwd: folder, env, flags, ci: { ttl: "2h" } }));
  },
});
