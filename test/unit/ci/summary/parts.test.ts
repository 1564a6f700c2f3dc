import { expect, test } from "vitest";
import { addSection, firstComment, type Section } from "../../../../src/ci/summary/comment.ts";
import type { PartResult } from "../../../../src/events.ts";

const part = (topic: PartResult["topic"], more: Partial<PartResult> = {}): PartResult => ({
  topic,
  weight: "some",
  text: `text of ${topic}`,
  markdown: `- details of ${topic}`,
  ...more,
});
const quiet = (topic: PartResult["topic"], text: string): PartResult => part(topic, { weight: "none", text, markdown: "" });
const section = (key: string, parts: readonly PartResult[], more: Partial<Section> = {}): Section => ({
  key,
  title: key,
  run: "10",
  attempt: 1,
  failed: false,
  removed: false,
  digest: key,
  text: `text of ${key}`,
  parts,
  ...more,
});
const page = (...sections: readonly Section[]): string => {
  const [first = section("none", []), ...others] = sections;
  return others.reduce((body, each) => addSection(body, "CI", each) ?? body, firstComment("CI", first));
};

test("the results of all commands come first, in one order, and equal ones of several jobs once", () => {
  const audit = part("audit", { weight: "problem" });
  const body = page(section("offshoot run · a", [audit]), section("offshoot run · b", [audit]), section("offshoot diff", [part("schema")]));
  expect(body.match(/^- .*\*\*.*$/gm)).toEqual(["- ℹ️ **Schema**: text of schema", "- ⚠️ **Audit**: text of audit"]);
  expect(body.match(/<summary><b>.*$/gm)).toEqual([
    "<summary><b>Schema</b>: text of schema</summary>",
    "<summary><b>Audit</b>: text of audit</summary>",
  ]);
  expect(body.match(/details of audit/g)).toHaveLength(1);
});

test("results without anything to look at are one line", () => {
  const body = page(section("a", [quiet("schema", "no changes"), quiet("drift", "none")]), section("b", [quiet("audit", "no findings")]));
  expect(body).toContain("- ✅ Schema: no changes · Drift: none · Audit: no findings\n");
  expect(body).not.toContain("<b>");
});

test("one line says where the migrations ran, and how many commands waited", () => {
  const states = ["waited", "ran", "waited", "already"].map((text, at) => section(`job ${at}`, [quiet("migrations", text)]));
  expect(page(...states)).toContain("- Migrations: ran in job 1, 2 commands waited, 1 command found them done\n");
});

test("details are read back from the comment, and stay when other jobs write", () => {
  const rehearsal = part("rehearsal", {
    markdown: "| a | b |\n| --- | --- |\n| 1 | `<!-- offshoot:part-end -->` |\n\n<details><summary>more</summary>\n\nx\n\n</details>",
  });
  let body = page(section("rehearse", [rehearsal]));
  for (const key of ["a", "b", "c", "d", "e"]) body = addSection(body, "CI", section(key, [])) ?? "";
  expect(body.match(/\| 1 \|/g)).toHaveLength(1);
  expect(addSection(body, "CI", section("rehearse", [rehearsal]))).toBeUndefined();
});

test("several different results of one topic name their commands", () => {
  const body = page(section("a", [part("audit")]), section("b", [part("audit", { text: "other" })]));
  expect(body).toContain("**Audit** (a): text of audit");
  expect(body).toContain("**Audit** (b): other");
});

test("long details are folded, and what is too long is left out, below GitHub's limit", () => {
  const long = (topic: PartResult["topic"], lines: number): PartResult => part(topic, { markdown: `- a line of ${topic}\n`.repeat(lines) });
  const commands = Array.from({ length: 40 }, (_, at) => section(`job ${at}`, [], { text: "a line\n".repeat(500) }));
  const body = page(section("x", [part("drift"), long("schema", 1000), long("rehearsal", 1000), long("audit", 1000)]), ...commands);
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body).toContain("<details><summary><b>Schema</b>");
  expect(body).toContain("<details open><summary><b>Drift</b>");
  expect(body).toContain("_This is too long for the comment.");
  expect(body.match(/<details/g)?.length).toBe(body.match(/<\/details>/g)?.length);
});

test("a text with markup and mentions is shown as it is", () => {
  const body = page(section("a", [part("schema", { text: "<b>@ada</b> #1" })]));
  expect(body).not.toMatch(/@ada|<b>@| #1/);
});

test("the problem that fails a command has the sign of a failure, and its details are unfolded however long they are", () => {
  const problem = part("rehearsal", { weight: "problem", markdown: `details ${"x".repeat(3000)}` });
  const body = page(section("a", [part("schema")], { failed: true }), section("b", [problem], { failed: true }), section("c", [problem]));
  expect(body.match(/^- .*\*\*.*$/gm)).toEqual(["- ℹ️ **Schema**: text of schema", "- ❌ **Rehearsal**: text of rehearsal"]);
  expect(body).toContain("<details open><summary><b>Rehearsal</b>");
  const accepted = page(section("c", [problem]));
  expect(accepted).toContain("- ⚠️ **Rehearsal**");
  expect(accepted).toContain("<details><summary><b>Rehearsal</b>");
});
