import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../../../src/findings/finding.ts";
import { AUDIT } from "../../../../src/audit/source.ts";
import { CHECK_SOURCES } from "../../../../src/check/sources.ts";
import type { FindingSource } from "../../../../src/findings/kind.ts";
import { renderSarif } from "../../../../src/findings/report/sarif.ts";
import { checkFindings, findings, hostile } from "../../../support/findings.ts";
import { findPeer } from "../../../support/peers.ts";

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly automationDetails: { readonly id: string };
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly unknown[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
    }[];
  }[];
}

const keysOf = (of: readonly Finding[]) => read(of).runs[0]?.results.map(({ partialFingerprints }) => partialFingerprints["offshoot/v1"]);

const read = (of: readonly Finding[], options = {}, source: FindingSource = AUDIT): Log =>
  JSON.parse(renderSarif(of, source, options)) as Log;

test("each result names its rule by id and by place, its level, and its line of the spec from the top of the repository", () => {
  const [run] = read(findings, { folder: "services/shop" }).runs;
  const rules = run?.tool.driver.rules.map(({ id }) => id);
  expect(rules).toEqual(["constraint-not-validated", "index-invalid", "missing", "overload-ambiguous"]);
  expect(run?.results.map(({ ruleId, ruleIndex }) => rules?.[ruleIndex] === ruleId)).toEqual([true, true, true, true, true]);
  expect(run?.results.map(({ level }) => level)).toEqual(["error", "error", "error", "error", "warning"]);
  expect(run?.results[1]?.locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: "services/shop/schema.audit.yaml", uriBaseId: "%SRCROOT%" },
        region: { startLine: 8 },
      },
      logicalLocations: [{ fullyQualifiedName: "m10_recovery.outbox.next_retry", kind: "column" }],
    },
  ]);
});

test("a finding of a built-in rule is at the first line of the spec: GitHub does not show results without a file", () => {
  const [run] = read(findings, { file: "db/spec.yaml" }).runs;
  expect(run?.results[0]?.locations).toMatchObject([
    { physicalLocation: { artifactLocation: { uri: "db/spec.yaml" }, region: { startLine: 1 } } },
  ]);
});

test("the fingerprint of a finding stays the same when its rule moves, and each finding has another one", () => {
  const moved = findings.map((finding) => ({ ...finding, at: { file: "x.yaml", line: 99 } }));
  expect(keysOf(moved)).toEqual(keysOf(findings));
  const twice = [...findings, ...findings];
  expect(new Set(keysOf(twice)).size).toBe(twice.length);
});

test("each rule has the texts, and each result the fingerprint, that GitHub requires", () => {
  const [run] = read([...findings, ...findings]).runs;
  for (const rule of run?.tool.driver.rules ?? []) {
    expect(rule).toMatchObject({
      shortDescription: { text: expect.stringMatching(/./) },
      fullDescription: { text: expect.stringMatching(/./) },
      help: { text: expect.stringMatching(/./) },
    });
  }
  const prints = run?.results.map(({ partialFingerprints }) => partialFingerprints["primaryLocationLineHash"]);
  expect(prints).not.toContain(undefined);
  expect(new Set(prints).size).toBe(2 * findings.length);
});

test("the name of a file becomes a valid relative URI", () => {
  const [run] = read(findings, { file: "db/spec #1?.yaml" }).runs;
  expect(run?.results[0]?.locations).toMatchObject([{ physicalLocation: { artifactLocation: { uri: "db/spec%20%231%3F.yaml" } } }]);
});

test("each command has its own results on a commit", () => {
  expect(read(findings).runs[0]?.automationDetails.id).toBe("offshoot/audit/");
  expect(read(checkFindings, {}, CHECK_SOURCES["check workflow"]).runs[0]?.automationDetails.id).toBe("offshoot/check/workflow/");
});

const schema = findPeer("jest-sarif");

describe.runIf(schema !== undefined)("the standard's JSON Schema", () => {
  // Ajv reads only later drafts, which name the id differently. Vitest runs this code also when the tests are skipped.
  const text = schema === undefined ? "{}" : readFileSync(schema, "utf8");
  const { $schema: _, id: __, ...body } = JSON.parse(text) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  formats.default(ajv);
  const validate = ajv.compile(body);
  test.each<[string, readonly Finding[], FindingSource]>([
    ["findings of an audit", findings, AUDIT],
    ["no findings", [], AUDIT],
    ["names that must be escaped", hostile, AUDIT],
    ["findings of a check", checkFindings, CHECK_SOURCES["check metrics"]],
  ])("accepts a report with %s", (_name, of, source) => {
    validate(read(of, { folder: "a b" }, source));
    expect(validate.errors).toBe(null);
  });

  test("rejects a log that is not SARIF", () => {
    expect(validate({ version: "2.1.0", runs: [{ tool: {}, results: [] }] })).toBe(false);
  });
});
