import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url).pathname;

interface Component {
  readonly name: string;
  readonly purl: string;
  readonly hashes: readonly unknown[];
  readonly licenses: readonly unknown[];
}
interface Bill {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

const bill = JSON.parse(readFileSync(join(root, "dist/sbom.cdx.json"), "utf8")) as Bill;

test("the bill of materials describes each bundled package as npm does", () => {
  const npm = JSON.parse(
    execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx"], { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }),
  ) as Bill;
  expect(bill.metadata.component.name).toBe("offshoot");
  const names = bill.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["@neondatabase/api-client", "axios", "commander", "p-retry", "pg", "zod"]));
  expect(names).not.toContain("esbuild");
  for (const { purl, hashes, licenses } of bill.components) {
    expect(npm.components).toContainEqual(expect.objectContaining({ purl, hashes, licenses }));
  }
});

test("the licence of each bundled package is on the list, and its text is in the package", () => {
  const output = execFileSync("node", [".ci/licences.mjs"], { cwd: root, encoding: "utf8" });
  expect(output).toBe(`${bill.components.length} packages, 0 with another licence\n`);
  const texts = readFileSync(join(root, "dist/licenses.txt"), "utf8");
  for (const { purl } of bill.components) {
    expect(texts).toContain(
      purl
        .replace("pkg:npm/", "")
        .replace("%40", "@")
        .replace(/@([^@]+)$/, " $1 ("),
    );
  }
});

/** As `npm audit --json` writes it (npm docs, "npm-audit"). */
const weakness = (name: string, severity: string): Readonly<Record<string, unknown>> => ({
  [name]: { name, severity, range: "<9", nodes: [`node_modules/${name}`], via: [{ title: "a hole", url: "https://example.org/1" }] },
});

test.each([
  ["high", "axios", 1],
  ["critical", "zod", 1],
  ["moderate", "axios", 0],
  ["critical", "vitest", 0],
])("a weakness of severity %s in %s makes the audit end with %i", (severity, name, status) => {
  const folder = mkdtempSync(join(tmpdir(), "offshoot-audit-"));
  try {
    writeFileSync(join(folder, "audit.json"), JSON.stringify({ vulnerabilities: weakness(name, severity) }));
    const audit = spawnSync("node", [".ci/audit.mjs", join(folder, "audit.json")], { cwd: root, encoding: "utf8" });
    expect([audit.status, audit.stderr]).toEqual([status, status === 0 ? "" : `${name} <9: ${severity}: a hole (https://example.org/1)\n`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
