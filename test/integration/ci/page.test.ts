import { beforeAll, describe, expect, test } from "vitest";
import { addSection, firstComment, sectionOf } from "../../../src/ci/summary/comment.ts";
import { renderSummary } from "../../../src/ci/summary/render.ts";
import type { CommandSummary } from "../../../src/ci/summary/command-summary.ts";
import { browser, type Render, type Rendered } from "../../support/browser.ts";

const render: Render | undefined = await browser();

const STORY: CommandSummary = {
  title: "offshoot run",
  job: "integration",
  run: "run-42",
  database: { name: "offshoot/acme/shop/run-42", provider: "embedded", expiresAt: undefined },
  refusals: [{ provider: "neon", text: "NEON_API_KEY is not set." }],
  phases: [
    { phase: "up", text: "database created", startMs: 5, ms: 1200, failed: false },
    { phase: "migrate", text: "migrations ran", startMs: 1210, ms: 2100, failed: false },
    { phase: "command", text: "npm test", startMs: 3400, ms: 61_000, failed: true },
  ],
  notes: ["waiting for the job setup"],
  findings: undefined,
  failure: "The migrations failed.\nrelation missing",
  exitCode: 11,
  kept: "offshoot/acme/shop/run-42 stays",
};

/** Words that could end a table, a fence, a comment, a chart or a reader's patience. */
const HOSTILE = [
  "<script>alert(1)</script>",
  "a | b",
  "`c`",
  "``` d",
  "# e; f: g",
  "</details>",
  "<!-- h",
  "*i* _j_ [k](l)",
  "@ada",
  "%% m",
  "end",
];

const times = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

describe.skipIf(render === undefined)("in a browser", () => {
  let page: Rendered;

  beforeAll(async () => {
    page = await must(renderSummary(STORY));
  });

  test("the chart of a page is drawn, with a bar for each phase and the failed one marked", () => {
    expect(page.dom).not.toContain("CHART FAILED");
    expect(times(page.dom, /<svg/g)).toBe(1);
    expect(times(page.dom, /<rect [^>]*class="task [^"]*"/g)).toBe(3);
    expect(times(page.dom, /<rect [^>]*class="task crit/g)).toBe(1);
  });

  test("a page has its table, and tells the failure before anything else", () => {
    expect(times(page.dom, /<tr>/g)).toBe(4);
    const order = ["failed after 1 min 04 s", "relation missing", "Passed over neon", "1 min 01 s", "waiting for the job setup", "Left:"];
    const places = order.map((text) => page.text.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test("foreign words stay words, whatever they are", async () => {
    const words = HOSTILE.join(" ");
    const { dom, text } = await must(
      renderSummary({
        ...STORY,
        title: words,
        job: words,
        database: { name: words, provider: "neon", expiresAt: undefined },
        refusals: [{ provider: "docker", text: words }],
        phases: STORY.phases.map((chapter) => ({ ...chapter, phase: words, text: words })),
        notes: HOSTILE,
        failure: HOSTILE.join("\n"),
        kept: words,
      }),
    );
    expect(dom).not.toContain("CHART FAILED");
    expect(dom).not.toMatch(/<script|<a |<em>|<details/);
    expect([times(dom, /<tr>/g), times(dom, /<li>/g), times(dom, /<rect [^>]*class="task /g)]).toEqual([4, HOSTILE.length, 3]);
    const seen = text.replaceAll("\u200B", "").replaceAll(/\s+/g, " ");
    expect(
      times(seen, /<script>alert\(1\)<\/script> a \| b `c` ``` d # e; f: g <\/details> <!-- h \*i\* _j_ \[k\]\(l\) @ada %% m end/g),
    ).toBeGreaterThanOrEqual(6);
  });

  test("a comment has one fold for each command, and each its chart", async () => {
    const by = { run: "42", attempt: 1, shard: undefined };
    const first = firstComment("CI", sectionOf(STORY, by));
    const { dom, text } = await must(
      addSection(first, "CI", sectionOf({ ...STORY, job: "lint", failure: undefined, exitCode: 0 }, by)) ?? "",
    );
    expect([times(dom, /<details/g), times(dom, /<svg/g), times(dom, /<h3/g)]).toEqual([2, 2, 3]);
    expect(text).toContain("offshoot: 1 of 2 commands failed");
    expect(text).not.toContain("offshoot:section");
  });
});

async function must(markdown: string): Promise<Rendered> {
  if (render === undefined) throw new Error("There is no browser.");
  return render(markdown);
}
