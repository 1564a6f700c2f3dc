import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url).pathname;

interface Locked {
  readonly version: string;
  readonly dev?: boolean;
  readonly peer?: boolean;
  readonly optional?: boolean;
}

test("the bill of materials names the package and each package that is installed with it, with its version", () => {
  const folder = mkdtempSync(join(tmpdir(), "offshoot-sbom-"));
  try {
    execFileSync("node", [".ci/sbom.mjs", join(folder, "sbom.json")], { cwd: root });
    const bom = JSON.parse(readFileSync(join(folder, "sbom.json"), "utf8")) as {
      metadata: { component: { name: string } };
      components: readonly { name: string; version: string }[];
    };
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Record<string, Locked> };
    const installed = Object.entries(lock.packages).filter(
      ([path, { dev, peer, optional }]) => path !== "" && dev !== true && peer !== true && optional !== true,
    );
    expect(bom.metadata.component.name).toBe("offshoot");
    expect(installed.length).toBeGreaterThan(10);
    const listed = bom.components.map(({ name, version }) => `${name}@${version}`);
    for (const [path, { version }] of installed) expect(listed).toContain(`${path.replace(/^.*node_modules\//, "")}@${version}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the licences of all installed packages are on the list", () => {
  expect(execFileSync("node", [".ci/licences.mjs"], { cwd: root, encoding: "utf8" })).toMatch(/^\d+ packages, 0 with another licence\n$/);
});
