import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documents } from "../../support/documents.ts";

const ROOT = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const manifest = JSON.parse(read("package.json")) as { readonly version: string; readonly engines: { readonly node: string } };

test("the page of the action names the branch that the release of this version moves", () => {
  const [major] = manifest.version.split(".");
  const named = [...read("docs/ci/action.md").matchAll(/uses: \S+\/offshoot@(\S+)/g)].map(([, branch]) => branch);
  expect(named.length).toBeGreaterThan(4);
  expect(new Set(named)).toEqual(new Set([`v${major}`]));
});

test("the name of the account is the same on every page", async () => {
  const pages = [...(await documents()).map(({ path }) => path), ".github/CONTRIBUTING.md", ".github/RELEASING.md"];
  const accounts = pages.flatMap((path) =>
    [...read(path).matchAll(/(?:github\.com\/|uses: |')([A-Za-z0-9-]+)\/offshoot\b/g)].map(([, account]) => account),
  );
  expect(accounts.length).toBeGreaterThan(10);
  expect(new Set(accounts).size).toBe(1);
});

test("the start of the program accepts the versions of Node that the package declares", () => {
  expect(manifest.engines.node).toBe("^20.19 || ^22.12 || >=24");
  expect(read("bin/offshoot.js")).toContain("major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)");
});
