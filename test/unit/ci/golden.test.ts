import { describe, expect, test } from "vitest";
import type { CiServiceName } from "../../../src/ci/ci.ts";
import { SERVICES } from "../../../src/ci/detect.ts";
import type { WriteContext, Write } from "../../../src/ci/write.ts";
import { ciFixture } from "./fixture.ts";

/** The environment of a job, for each service. */
const ENVIRONMENTS: Readonly<Record<CiServiceName, string>> = {
  github: "github/push",
  gitlab: "gitlab/push",
  circleci: "circleci/push",
  buildkite: "buildkite/push",
  azure: "azure/stage-retry",
  bitbucket: "bitbucket/pull-request",
  jenkins: "jenkins/pull-request",
  vercel: "vercel/preview",
  netlify: "netlify/deploy-preview",
  cloudflare: "cloudflare/pages",
  generic: "generic/nameless",
};

/** A password that every format must escape: percent, quotes, semicolon, bracket, dollar, backquote, backslash. */
const PASSWORD = "p%25'w\"d;]$`\\ä";
const URL = `postgresql://ada:${encodeURIComponent(PASSWORD)}@db.example/shop`;
const VARIABLES = { DATABASE_URL: URL, PGPASSWORD: PASSWORD, PGUSER: "ada" };
const FACTS = { provider: "neon", use_neon: "true", database_id: "br-calm-sky-1", run_key: "run-17812345678" };
const LINES = "first 50%\r\nsecond";

/** Outputs in readable form: a header for each, then its text with visible control characters. */
function show(writes: readonly Write[]): string {
  if (writes.length === 0) return "(nothing)\n";
  return writes
    .map((write) => {
      const header = write.to === "file" ? `file ${write.path}` : write.to === "program" ? `program ${write.argv.join(" ")}` : write.to;
      return `${header}\n${visible(write.to === "program" ? write.input : write.text)}`;
    })
    .join("\n");
}

function visible(text: string): string {
  const marked = text.replaceAll("\r", "␍").replaceAll("\u001B", "␛");
  return marked
    .split("\n")
    .map((line, at, all) => (at < all.length - 1 ? `  |${line}␊\n` : line === "" ? "" : `  |${line}\n`))
    .join("");
}

function contextOf(name: CiServiceName): WriteContext {
  let count = 0;
  const env = { BASH_ENV: "/tmp/.bash_env-1", ...ciFixture(ENVIRONMENTS[name]).env };
  return { env, random: () => `r${++count}`, now: () => new Date("2026-11-01T12:00:00Z") };
}

describe.each(Object.keys(SERVICES) as CiServiceName[])("the output for %s", (name) => {
  const service = SERVICES[name];

  test("equals the stored output byte for byte", async () => {
    const context = contextOf(name);
    const group = service.group("output of the migrations", context);
    const finding = { severity: "error", title: "a: b, c", message: LINES, file: "schema.audit.yaml", line: 7 } as const;
    const parts: Readonly<Record<string, string>> = {
      "masks, of a password, its URL, two lines, an empty string and the password again": show(
        service.mask([PASSWORD, URL, LINES, "", PASSWORD]),
      ),
      "variables for what follows in the job": show(service.exports(VARIABLES, context)),
      "facts for later jobs": show(service.outputs(FACTS, context)),
      "a group": group === undefined ? "(nothing)\n" : visible(group.begin) + visible("…\n") + visible(group.end),
      "an annotation of a line": show(service.annotate(finding)),
      "a warning without a file": show(service.annotate({ severity: "warning", title: "offshoot", message: "late" })),
      "a hint": show(service.annotate({ severity: "info", title: "offshoot", message: "fine" })),
      "a summary": show(service.summary("### Done\n\n| a | b |\n", context)),
    };
    const text = Object.entries(parts)
      .map(([title, shown]) => `== ${title}\n${shown}`)
      .join("\n");
    await expect(text).toMatchFileSnapshot(`../../fixtures/ci/${name}.txt`);
  });

  test("has no secret among the facts for later jobs, and no mask of an empty string", () => {
    const context = contextOf(name);
    expect(show(service.outputs(FACTS, context))).not.toContain("postgresql:");
    expect(service.mask(["", " ", "\n"])).toEqual([]);
  });
});

describe("a value with several lines", () => {
  const value = { PGOPTIONS: "a\nDATABASE_URL=evil" };

  test("cannot add a variable to GitHub's files, because the delimiter is unpredictable", () => {
    const [write] = SERVICES.github.exports(value, contextOf("github"));
    expect(write).toMatchObject({ text: "PGOPTIONS<<offshoot_r1\na\nDATABASE_URL=evil\noffshoot_r1\n" });
  });

  test("is rejected for a service that reads lines without quotes", () => {
    expect(() => SERVICES.jenkins.exports(value, contextOf("jenkins"))).toThrow("The value of PGOPTIONS has a line break");
    expect(() => SERVICES.gitlab.outputs({ run_key: "a\nb" }, contextOf("gitlab"))).toThrow("line break");
  });
});
