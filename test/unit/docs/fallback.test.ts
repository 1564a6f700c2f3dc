import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { refusal } from "../../../src/providers/neon/refuse.ts";

const read = (path: string): Promise<string> => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

test("the README's table of fallbacks has the limits of computes, and docs/providers/neon.md says what happens for each", async () => {
  const table = (await read("README.md")).split("## Fallback")[1]?.split("\n## ")[0] ?? "";
  const page = await read("docs/providers/neon.md");
  for (const code of ["compute-limit", "compute-quota"] as const) {
    expect(refusal(code, "", undefined).mayFallBack).toBe(true);
    expect([code, table.includes(`\`${code}\``), page.includes(`(\`${code}\`)`)]).toEqual([code, true, true]);
  }
});
