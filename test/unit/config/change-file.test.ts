import { expect, test } from "vitest";
import { keepStyle } from "../../../src/audit/spec-updater/keep-style.ts";
import { withSetting } from "../../../src/config/change-file.ts";
import { parseConfiguration } from "../../../src/config/file.ts";

const set = async (text: string, key: string, value: string): Promise<string> => {
  const { plain, changed } = await withSetting(text, { section: "audit", key, value, shortKey: "spec" });
  return text === "" ? changed : keepStyle(text, plain, changed);
};

test.each([
  ["", "baseline", "audit:\n  baseline: b.yaml\n"],
  ["# ours\n", "baseline", "# ours\n\naudit:\n  baseline: b.yaml\n"],
  ["provider:   neon # why\n\n# end\n", "spec", "provider:   neon # why\naudit:\n  spec: b.yaml\n\n# end\n"],
  ["audit: s.yaml # the spec\nttl: 2h\n", "baseline", "audit:\n  spec: s.yaml # the spec\n  baseline: b.yaml\nttl: 2h\n"],
  ["audit: s.yaml # the spec\n", "spec", "audit: b.yaml # the spec\n"],
  [
    "audit:\n    failOn:  warning   # strict\nttl: 2h\n",
    "baseline",
    "audit:\n    failOn:  warning   # strict\n    baseline: b.yaml\nttl: 2h\n",
  ],
  ["audit: { failOn: warning } # strict\n", "baseline", "audit: { failOn: warning, baseline: b.yaml } # strict\n"],
  ["audit:\nttl: 2h\n", "baseline", "audit:\n  baseline: b.yaml\nttl: 2h\n"],
  ["audit:\n  baseline: old.yaml # here\n", "baseline", "audit:\n  baseline: b.yaml # here\n"],
  ["ttl: 2h\r\n", "baseline", "ttl: 2h\r\naudit:\r\n  baseline: b.yaml\r\n"],
  ["{ ttl: 2h }\n", "baseline", "{ ttl: 2h, audit: { baseline: b.yaml } }\n"],
])("adds a setting to %j and keeps the rest", async (text, key, expected) => {
  const changed = await set(text, key, "b.yaml");
  expect(changed).toBe(expected);
  const { entries, problems } = await parseConfiguration(changed, "offshoot.yaml");
  expect(problems).toEqual([]);
  expect(entries.get(`audit.${key}` as "audit.spec")?.value).toBe("b.yaml");
});
