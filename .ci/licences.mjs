// Checks that everything that users install with the package has a licence that lets them use it in any product.
import { readFileSync } from "node:fs";

const ALLOWED = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "CC0-1.0", "Unlicense", "Python-2.0"]);
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const installed = Object.entries(packages).filter(([path, { dev, peer, optional }]) => path !== "" && !dev && !(peer && optional));
const refused = installed.filter(([, { license }]) => !ALLOWED.has(license));
for (const [path, { license }] of refused) process.stderr.write(`${path}: the licence ${license ?? "is not named"} is not on the list in .ci/licences.mjs\n`);
if (installed.length === 0) throw new Error("package-lock.json lists no package that is installed with this one.");
process.stdout.write(`${installed.length} packages, ${refused.length} with another licence\n`);
process.exitCode = refused.length === 0 ? 0 : 1;
