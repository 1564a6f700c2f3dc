// Writes the software bill of materials of the published package to a file: what a user of it installs, in the format CycloneDX.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const manifest = read("package.json");
// `npm sbom --omit dev` also leaves out packages that a development tool needs too. So npm lists everything, and the
// lock file decides.
const installed = new Set(
  Object.entries(read("package-lock.json").packages)
    .filter(([path, { dev, peer, optional }]) => path !== "" && !dev && !(peer && optional))
    .map(([path, locked]) => `${path.replace(/^.*node_modules\//, "")}@${locked.version}`),
);
const flags = ["sbom", "--sbom-format", "cyclonedx"];
const bom = JSON.parse(execFileSync("npm", flags, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, shell: process.platform === "win32" }));
const components = bom.components.filter(({ name, version }) => installed.has(`${name}@${version}`));
const references = new Set([bom.metadata.component["bom-ref"], ...components.map((component) => component["bom-ref"])]);
const dependencies = bom.dependencies
  .filter(({ ref }) => references.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => references.has(each)) }));
// npm names the component after the folder of the checkout.
const component = { ...bom.metadata.component, name: manifest.name, version: manifest.version };
const text = JSON.stringify({ ...bom, metadata: { ...bom.metadata, component }, components, dependencies }, undefined, 2);
writeFileSync(process.argv[2], `${text}\n`);
