// Checks that everything that the package contains has a licence that lets its users use it in any product.
import { readFileSync } from "node:fs";

const ALLOWED = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "CC0-1.0", "Unlicense", "Python-2.0"]);
const { components } = JSON.parse(readFileSync("dist/sbom.cdx.json", "utf8"));
const named = components.map(({ "bom-ref": reference, licenses: [{ license }] }) => [reference, license.id]);
const refused = named.filter(([, id]) => !ALLOWED.has(id));
for (const [reference, id] of refused) process.stderr.write(`${reference}: the licence ${id || "is not named"} is not on the list in .ci/licences.mjs\n`);
if (named.length === 0) throw new Error("dist/sbom.cdx.json lists no package.");
process.stdout.write(`${named.length} packages, ${refused.length} with another licence\n`);
process.exitCode = refused.length === 0 ? 0 : 1;
