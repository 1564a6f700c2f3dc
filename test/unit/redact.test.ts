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

test("a cut text has no rest of a secret that begins before the cut", () => {
  expect(redactFrom("0123 secret-word 89", 8, ["secret-word"])).toBe("*** 89");
  expect(redactFrom("0123 secret-word 89", 17, ["secret-word"])).toBe("89");
});

test("accepts a secret with half of a character, which a text from JSON or YAML can have", () => {
  expect(redact("the key is \uD800-secret", ["\uD800-secret"])).toBe("the key is ***");
});

test("searches 100 kB with 20 secrets within a second", () => {
  const secrets = Array.from({ length: 20 }, (_, at) => `secret-number-${at}-with-some-length`);
  const text = 'line "of" a \\"log\\" with 50%20 of everything\n'.repeat(2300);
  const start = performance.now();
  redact(text, secrets);
  expect(performance.now() - start).toBeLessThan(1000);
});
