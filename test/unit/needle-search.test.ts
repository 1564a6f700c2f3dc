import { expect, test } from "vitest";
import { type Needle, searchFor } from "../../src/needle-search.ts";
import { redact } from "../../src/redact.ts";

/** A small generator, so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test("many needles are found at the places where a search for each alone finds them", () => {
  const random = randomFrom(7);
  const word = (longest: number): string => Array.from({ length: 4 + random(longest) }, () => "abAB-"[random(5)]).join("");
  for (let round = 0; round < 2; round += 1) {
    const needles = Array.from({ length: 2400 }, (): Needle => {
      const bytes = word(random(2) === 0 ? 4 : 30);
      return random(3) === 0 ? { bytes: bytes.toLowerCase(), ignoreCase: true } : { bytes, ignoreCase: false };
    });
    const text =
      word(500) +
      needles
        .slice(0, 50)
        .map(({ bytes }) => bytes + bytes)
        .join("");
    const places = (search: readonly Needle[]): string[] => {
      const found: string[] = [];
      searchFor(search)(text, (needle, at) => void found.push(`${needle.bytes} ${needle.ignoreCase} ${at}`));
      return found;
    };
    const apart = needles.flatMap((needle) => places([needle]));
    expect(places(needles).toSorted()).toEqual(apart.toSorted());
    expect(apart.length).toBeGreaterThan(50);
  }
});

test("an output is searched for ten thousand secrets before a job counts as dead", () => {
  const secrets = Array.from({ length: 10_000 }, (_, index) => `value-${index}-abcdefghijklmnop`);
  const numbers = Array.from({ length: 11_000 }, (_, index) => index).join("\n");
  redact("prepare", secrets);
  const start = performance.now();
  const clean = redact(`${numbers} ${secrets.at(77)} ${Buffer.from(` ${secrets.at(7777)} `).toString("base64")}`, secrets);
  // Ten times as long before the search was built.
  expect(performance.now() - start).toBeLessThan(3000);
  expect([clean.includes("value-77-"), clean.slice(-12).includes("bm9w")]).toEqual([false, false]);
});

test("a secret that is added to the same list later is hidden too", () => {
  const secrets = ["first-secret"];
  expect(redact("first-secret second-secret", secrets)).toBe("*** second-secret");
  secrets.push("second-secret");
  expect(redact("first-secret second-secret", secrets)).toBe("*** ***");
  secrets[1] = "third-secret";
  expect(redact("second-secret third-secret", secrets)).toBe("second-secret ***");
});
