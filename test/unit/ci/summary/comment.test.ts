import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addSection, firstComment, isComment, type Section, sectionOf } from "../../../../src/ci/summary/comment.ts";
import type { CommandSummary } from "../../../../src/ci/summary/command-summary.ts";

function section(key: string, more: Partial<Section> = {}): Section {
  return { key, title: key, run: "10", attempt: 1, failed: false, removed: false, digest: key, text: `text of ${key}`, ...more };
}

function grown(...sections: readonly Section[]): string {
  const [first = section("none"), ...others] = sections;
  return others.reduce((body, each) => addSection(body, "CI", each) ?? body, firstComment("CI", first));
}

const SUMMARY: CommandSummary = {
  title: "offshoot up",
  job: "setup",
  run: "run-10",
  database: undefined,
  refusals: [],
  phases: [{ phase: "up", text: "created", startMs: 0, ms: 5, failed: false }],
  notes: [],
  findings: undefined,
  failure: undefined,
  exitCode: 0,
  kept: undefined,
};

describe("the comment on a pull request", () => {
  test("failed commands come first and unfolded, the other ones are folded", async () => {
    const body = grown(section("up in setup"), section("migrate in migrations", { failed: true }), section("run in test"));
    expect(body).toContain("### ❌ offshoot: 1 of 3 commands failed");
    expect(body.match(/<summary>.*?<\/summary>/g)).toEqual([
      "<summary>❌ migrate in migrations</summary>",
      "<summary>✅ up in setup</summary>",
      "<summary>✅ run in test</summary>",
    ]);
    expect(body).toContain("<details open><summary>❌");
  });

  test("a comment is found by the name of its workflow, also if the name has special characters", () => {
    const body = firstComment("a --> b", section("up"));
    expect([isComment(body, "a --> b"), isComment(body, "a"), isComment("Thanks!", "a")]).toEqual([true, false, false]);
  });

  test("the comment reports that the database was deleted, if down was the last command", () => {
    expect(grown(section("up"), section("down", { removed: true }))).toContain("The database was deleted.");
    expect(grown(section("down", { removed: true }), section("up"))).not.toContain("was deleted");
  });

  test("a section that differs only in its times is not written again", () => {
    const by = { run: "10", attempt: 1, shard: undefined };
    const quick = sectionOf(SUMMARY, by);
    const slow = sectionOf({ ...SUMMARY, phases: SUMMARY.phases.map((phase) => ({ ...phase, ms: 9000 })) }, by);
    expect(addSection(firstComment("CI", quick), "CI", slow)).toBeUndefined();
    const failed = sectionOf({ ...SUMMARY, failure: "no" }, by);
    expect(addSection(firstComment("CI", quick), "CI", failed)).toContain("❌");
  });

  test("a later run replaces the comment, and an earlier run that ends late does not change it", () => {
    const body = grown(section("up"), section("run", { run: "11" }));
    expect(body).toContain("text of run");
    expect(body).not.toContain("text of up");
    expect(addSection(body, "CI", section("down"))).toBeUndefined();
  });

  test("a new attempt of one job keeps the sections of the other jobs", () => {
    const body = grown(section("up"), section("run", { failed: true }), section("run", { attempt: 2, digest: "again" }));
    expect(body).toContain("### ✅ offshoot: 2 commands done");
    expect(body).toContain("✅ run, attempt 2");
    expect(addSection(body, "CI", section("run", { digest: "late" }))).toBeUndefined();
  });

  test("the comment stays below GitHub's size limit, and the text of failed commands has precedence", () => {
    const many = Array.from({ length: 30 }, (_, at) => section(`job ${at}`, { text: `line ${at}\n`.repeat(2000), failed: at === 29 }));
    const body = grown(...many);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.match(/<summary>/g)).toHaveLength(31);
    expect(body.indexOf("line 29")).toBeLessThan(body.indexOf("line 0"));
  });

  test("a section with any text is read back unchanged", () => {
    const text = fc.array(
      fc.constantFrom("<!-- offshoot:end -->", "<!-- offshoot:section e30 -->", "```", "</details>", "a", "\n", "\r\n", "|", "ä"),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(text, fc.string(), (parts, title) => {
        const body = grown(section("one", { text: parts.join(""), title }), section("two"));
        expect(addSection(body, "CI", section("one"))).toBeUndefined();
        expect(addSection(body, "CI", section("two"))).toBeUndefined();
        expect(body.match(/<details/g)).toHaveLength(2);
      }),
    );
  });
});
