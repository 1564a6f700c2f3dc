import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { applyRules } from "../../../src/audit/apply-rules.ts";
import { updateSpec } from "../../../src/audit/spec-updater/update.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { writeSpec } from "../../../src/audit/spec-writer/write.ts";
import { changedText } from "../hostile.ts";
import { blocksOf, sample } from "../samples.ts";
import { target } from "../target.ts";
import { catalogFrom, type RecordedRow } from "./catalog.ts";

const recorded = JSON.parse(readFileSync(new URL("../catalog-rows.json", import.meta.url), "utf8")) as readonly RecordedRow[];
const catalog = await catalogFrom(recorded);
const now = new Date("2026-11-01T12:00:00Z");

const KEYS = [
  "version",
  "schemas",
  "tables",
  "columns",
  "functions",
  "overloads",
  "indexes",
  "constraints",
  "views",
  "enums",
  "grants",
  "comment",
  "ignore",
  "until",
  "reason",
  "severity",
  "exactly",
  "at least",
  "absent",
  "pattern",
  "naming",
  "versions",
  "rows",
  "definition",
  "type",
  "default",
  "nullable",
];

export const spec = target({
  name: "spec",
  input: fc.record({
    text: changedText(
      [sample("examples/outbox/schema.audit.yaml"), ...blocksOf("docs/audit.md", "yaml"), writeSpec(catalog)],
      [
        ...KEYS.map((key) => `\n    ${key}: `),
        " exactly:",
        "/^a.*$/",
        "/(a+)+$/: {}",
        "{ type: bigint }",
        "bigint not null",
        "2026-12-31",
        "0035",
        "[a, b]",
        "app.t",
      ],
    ),
    update: fc.boolean(),
  }),
  read({ text, update }) {
    if (update) return updateSpec(text, "schema.audit.yaml", catalog, { now });
    return applyRules(catalog, parseSpec(text, "schema.audit.yaml"), { now });
  },
});
