import { beforeAll, describe, expect, test } from "vitest";
import { addSection, firstComment, sectionOf } from "../../../src/ci/summary/comment.ts";
import { renderSummary } from "../../../src/ci/summary/render.ts";
import type { CommandSummary } from "../../../src/ci/summary/command-summary.ts";
import { browser, type Render, type Rendered } from "../../support/browser.ts";

const render: Render | undefined = await browser();

const SUMMARY: CommandSummary = {
  title: "offshoot run",
  job: "integration",
  run: "run-42",
  database: { id: "br-x", consoleUrl: undefined, name: "offshoot/acme/shop/run-42", provider: "embedded", expiresAt: undefined },
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
  kept: { text: "The database offshoot/acme/shop/run-42 is kept", commands: ["offshoot down --run run-42"] },
};

/** Texts that could break a table, a code fence, a comment or a chart. */
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

describe.skipIf(render === undefined)("a summary page in a browser", () => {
  let page: Rendered;

  beforeAll(async () => {
    page = await must(renderSummary(SUMMARY));
  });

  test("the chart is drawn with a bar for each phase, and the failed phase is marked", () => {
    expect(page.dom).not.toContain("CHART FAILED");
    expect(times(page.dom, /<svg/g)).toBe(1);
    expect(times(page.dom, /<rect [^>]*class="task [^"]*"/g)).toBe(3);
    expect(times(page.dom, /<rect [^>]*class="task crit/g)).toBe(1);
  });

  test("the page has a table, and the error comes first", () => {
    expect(times(page.dom, /<tr>/g)).toBe(4);
    const order = [
      "failed after 1 min 04 s",
      "relation missing",
      "Skipped neon",
      "1 min 01 s",
      "waiting for the job setup",
      "run-42 is kept",
    ];
    const places = order.map((text) => page.text.indexOf(text));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  test("hostile texts are shown as plain text", async () => {
    const words = HOSTILE.join(" ");
    const { dom, text } = await must(
      renderSummary({
        ...SUMMARY,
        title: words,
        job: words,
        database: { id: "br-x", consoleUrl: undefined, name: words, provider: "neon", expiresAt: undefined },
        refusals: [{ provider: "docker", text: words }],
        phases: SUMMARY.phases.map((phase) => ({ ...phase, phase: words, text: words })),
        notes: HOSTILE,
        failure: HOSTILE.join("\n"),
        kept: { text: words, commands: [] },
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

  test("a comment has a folded section with a chart for each command", async () => {
    const by = { run: "42", attempt: 1, shard: undefined };
    const first = firstComment("CI", sectionOf(SUMMARY, by));
    const { dom, text } = await must(
      addSection(first, "CI", sectionOf({ ...SUMMARY, job: "lint", failure: undefined, exitCode: 0 }, by)) ?? "",
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
