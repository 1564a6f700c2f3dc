// Reads the answer of `npm audit --json` from a file, and fails when a package that is bundled has a weakness of severity high
// or critical. npm itself sees only development dependencies, because users install none of them.
import { readFileSync } from "node:fs";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const { vulnerabilities } = read(process.argv[2]);
if (vulnerabilities === undefined) throw new Error("npm audit listed no result.");
const { components } = read("dist/sbom.cdx.json");
const bundled = new Set(components.flatMap(({ properties }) => properties.map(({ value }) => value)));
const found = Object.values(vulnerabilities).filter(
  ({ severity, nodes }) => ["high", "critical"].includes(severity) && nodes.some((node) => bundled.has(node)),
);
for (const { name, severity, range, via } of found) {
  const titles = via.flatMap((cause) => (typeof cause === "string" ? [] : [`${cause.title} (${cause.url})`]));
  process.stderr.write(`${name} ${range}: ${severity}: ${titles.join("; ") || `needs ${via.join(", ")}`}\n`);
}
process.stdout.write(`npm audit: ${found.length} of ${bundled.size} bundled packages have a weakness of severity high or critical\n`);
process.exitCode = found.length === 0 ? 0 : 1;
