import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { redact, redactFrom } from "../../src/redact.ts";

/** With characters that each encoding changes. */
const SECRET = 'pa"ss/w+rd é%41&=key';

/** What a program that prints its environment writes, by real tools. */
function shell(script: string): string {
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], { env: { ...process.env, SECRET }, encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout;
}

/** All decoded forms of a text in which the secret could still be read. */
function readable(text: string): readonly string[] {
  const joined = text.replaceAll(/\s/g, "");
  const words = joined.split(/[^A-Za-z0-9+/=_-]+/);
  const base64 = words.flatMap((word) => [0, 1, 2, 3].map((from) => Buffer.from(word.slice(from), "base64").toString()));
  const hex = words.flatMap((word) => [0, 1].map((from) => Buffer.from(word.slice(from), "hex").toString()));
  return [text, joined, ...base64, ...hex, unescaped(text)];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9a-fA-F]{2})/g, "%25"));
  } catch {
    return text;
  }
}

const PRINTERS: Readonly<Record<string, string>> = {
  plain: 'printf "%s" "a $SECRET b"',
  "base64 at position 0": 'printf "%s" "$SECRET" | base64',
  "base64 at position 1": 'printf "x%s and more" "$SECRET" | base64',
  "base64 at position 2": 'printf "xy%s and more" "$SECRET" | base64',
  "base64 without line breaks": "env | base64 --wrap 0",
  "base64 with line breaks": "env | base64",
  "base64 with short lines": 'printf "some text before it: %s" "$SECRET" | base64 --wrap 8',
  base64url: 'printf "x%s" "$SECRET" | base64 | tr "+/" "-_"',
  hex: 'printf "%s" "$SECRET" | od -An -v -tx1',
  "hex in capitals": 'printf "%s" "$SECRET" | od -An -v -tx1 | tr -d " \\n" | tr a-f A-F',
  "JSON-escaped": `node -p 'JSON.stringify(process.env.SECRET)'`,
  "JSON-escaped by Python": `python3 -c 'import json, os; print(json.dumps(os.environ["SECRET"]))'`,
  "URL-encoded": `node -p 'encodeURIComponent(process.env.SECRET)'`,
  "URL-encoded with small letters": `node -p 'encodeURIComponent(process.env.SECRET).toLowerCase()'`,
  "JSON-escaped in a text of another JSON": `node -p 'JSON.stringify(JSON.stringify(process.env.SECRET))'`,
  "URL-escaped in a parameter of another URL": `node -p 'encodeURIComponent(encodeURIComponent(process.env.SECRET))'`,
  "escaped as in a form of the Web": `python3 -c 'import os, urllib.parse; print(urllib.parse.urlencode({"a": os.environ["SECRET"]}))'`,
  "base64 of JSON": `node -p 'Buffer.from(JSON.stringify(process.env)).toString("base64")'`,
  "quoted for a shell": 'printf "%q" "$SECRET"',
};

test.for(Object.keys(PRINTERS))("removes a secret: %s", (name) => {
  const text = shell(PRINTERS[name] ?? "");
  const isReadable = (each: string): boolean => each.includes(SECRET) || each.includes(JSON.stringify(SECRET).slice(1, -1));
  const clean = redact(`before ${text} after`, [SECRET]);
  expect(clean).toContain("***");
  expect(clean).toMatch(/^before [^]* after$/);
  expect(readable(clean).filter(isReadable)).toEqual([]);
  // What is searched for is found in the original, so the check above can fail.
  expect(/escaped|quoted|small/.test(name) || readable(text).some(isReadable)).toBe(true);
});

test("removes a secret that a line break divides, and keeps the text around it", () => {
  expect(redact("key: abcdef\nghijkl done", ["abcdefghijkl"])).toBe("key: *** done");
});

test("keeps the well-known passwords of service containers, which are ordinary words", () => {
  expect(redact("a test on postgres", ["test", "postgres"])).toBe("a test on postgres");
  expect(redact("postgres://postgres:test@db/app", ["test"])).toBe("postgres://postgres:***@db/app");
});

test("keeps short strings, and words that only resemble a secret", () => {
  expect(redact("a b\nc", ["", "a", "abc"])).toBe("a b\nc");
  expect(redact("password is wrong", ["passport"])).toBe("password is wrong");
});

test("removes secrets that overlap", () => {
  expect(redact("x abcdefgh x", ["abcdef", "cdefgh"])).toBe("x *** x");
});

test("removes what looks like a secret without knowing it", () => {
  expect(redact("postgresql://u:pw@h/d Bearer abcdefgh napi_12345678 token=x1")).toBe("postgresql://u:***@h/d Bearer *** *** token=***");
});

/** The beginning and the rest are apart, so that no scanner takes this file for one with tokens. */
const TOKENS: readonly (readonly [string, string])[] = [
  ["napi_", "12345678abcdef"],
  ["ghp_", "A1b2".repeat(9)],
  ["ghs_", `eyJhbGciOiJIUzI1NiJ9.${"a1_-".repeat(30)}.${"Zz9".repeat(14)}`],
  ["github_pat_", `${"A1".repeat(11)}_${"b2".repeat(29)}c`],
  ["glpat-", "Ab1_-Ab1_-Ab1_-Ab1_-"],
  ["glpat-", `${"Ab1_-".repeat(5)}.01.0w1234567`],
  ["sk_live_", "51H".repeat(8)],
  ["rk_test_", "51H".repeat(8)],
  ["whsec_", "Ab12".repeat(8)],
  ["AKIA", "IOSFODNN7EXAMPLE"],
  ["xoxb-", "123456789012-123456789012-AbCdEfGhIjKl"],
  ["xapp-", "1-A0123456789-123456789012-abcdef"],
  ["npm_", "Ab12".repeat(9)],
  ["pypi-", `AgEIcHlwaS5vcmc${"Ab_-".repeat(20)}`],
  ["SG.", `${"Ab".repeat(11)}.${"Cd1".repeat(14)}e`],
  ["AIza", "Sy-_1".repeat(7)],
  ["sk-ant-", "api03-Ab12Ab12Ab12Ab12"],
  ["dop_v1_", "0123456789abcdef".repeat(4)],
  ["hvs.", "Ab12".repeat(8)],
  ["sbp_", "0123456789".repeat(4)],
  ["eyJ", "hbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTYifQ."],
  ["eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl-_x"],
];

test.each(TOKENS)("removes a token of a well-known service that nobody named: %s%s", (beginning, rest) => {
  const token = beginning + rest;
  expect(redact(`uses ${token}, and ["${token}"]\nor KEY=${token}\n`)).toBe('uses ***, and ["***"]\nor KEY=***\n');
  expect(redactFrom(`uses ${token}, and more`, 5 + token.length - 3, [])).toBe("***, and more");
});

test.each([
  "npm_config_cache=/home/ci/.npm",
  "github_pat_ is the prefix of a fine-grained token",
  "sk_live_ keys are not accepted here",
  "column disk_live_1234567890ab of table ghp_jobs",
  'relation "xoxb-" does not exist',
  "AKIAIOSFODNN7EXAMPLELONGER",
  "eyJust.eyJust.a",
])("keeps a text that only resembles a token: %s", (text) => {
  expect(redact(text)).toBe(text);
});

test("removes a private key, also in JSON, and where its end is missing", () => {
  const lines = ["b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", "AAAAtzc2gtZWQyNTUxOQAAACB0ZXN0", "c2hvcnQ="];
  const key = ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----"].join("\n");
  const hidden = "-----BEGIN OPENSSH PRIVATE KEY-----***";
  expect(redact(`a\n${key}\nb`)).toBe(`a\n${hidden}\n-----END OPENSSH PRIVATE KEY-----\nb`);
  expect(redact(JSON.stringify({ key }))).toBe(`{"key":"${hidden}\\n-----END OPENSSH PRIVATE KEY-----"}`);
  expect(redact(`a\n${key.slice(0, 100)}`)).toBe(`a\n${hidden}`);
  expect(redact("expected -----BEGIN PRIVATE KEY----- in id.pem")).toBe("expected -----BEGIN PRIVATE KEY----- in id.pem");
});

/** The processor time of a call in milliseconds, which a busy machine does not change. */
function cpuMs(call: () => unknown): number {
  const before = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test("the time grows with the length of a text, also where secrets begin everywhere", () => {
  const beginnings = ["eyJ-", "ghp_", "-----BEGIN PRIVATE KEY-----\n", "sk-ant-", "SG.", "a://b:", "token=", "bearer "];
  for (const beginning of beginnings) {
    const text = beginning.repeat(500_000 / beginning.length);
    const ms = cpuMs(() => redact(text));
    expect({ beginning, isFast: ms < 1000 }).toEqual({ beginning, isFast: true });
  }
});

test("a cut text has no rest of a secret that begins before the cut", () => {
  expect(redactFrom("0123 secret-word 89", 8, ["secret-word"])).toBe("*** 89");
  expect(redactFrom("0123 secret-word 89", 17, ["secret-word"])).toBe("89");
});

test("accepts a secret with half of a character, which a text from JSON or YAML can have", () => {
  expect(redact("the key is \uD800-secret", ["\uD800-secret"])).toBe("the key is ***");
});

test("searches a megabyte with 20 secrets and escapes without taking a processor from the heartbeat of a leader", () => {
  const secrets = Array.from({ length: 20 }, (_, at) => `secret-number-${at}-with-some-length`);
  const text = 'line "of" a \\"log\\" with 50%20 of everything\n'.repeat(1400);
  redact(text, secrets);
  expect(
    cpuMs(() => {
      for (let part = 0; part < 16; part += 1) redact(text, secrets);
    }),
  ).toBeLessThan(500);
});
