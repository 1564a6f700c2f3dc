import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";
import type { Bundled } from "./licences.ts";

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
}

/**
 * The software bill of materials of the published package in the format CycloneDX 1.5: the packages that are bundled, with
 * the hash of each from the lock file. It has no time and no random number, so the same sources give the same file.
 */
export async function billOfMaterials(packages: readonly Bundled[]): Promise<string> {
  const { name, version, license, description } = await read<Record<string, string>>("package.json");
  const locked = (await read<{ packages: Readonly<Record<string, Locked>> }>("package-lock.json")).packages;
  const components = packages.map((each) => {
    const entry = locked[each.folder];
    if (entry?.version !== each.version) throw new Error(`${each.folder} is not the version in package-lock.json. Run: npm ci`);
    return {
      ...component(each),
      scope: "required",
      properties: [{ name: "cdx:npm:package:path", value: each.folder }],
      hashes: (entry.integrity ?? "").split(" ").filter(Boolean).map(hash),
    };
  });
  const own = component({ name: name ?? "", version: version ?? "", license: license ?? "" });
  return `${JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      version: 1,
      metadata: { lifecycles: [{ phase: "build" }], component: { ...own, description } },
      components,
      dependencies: [{ ref: own["bom-ref"], dependsOn: components.map((each) => each["bom-ref"]) }],
    },
    undefined,
    2,
  )}\n`;
}

function component({ name, version, license }: Pick<Bundled, "name" | "version" | "license">) {
  const [encoded, reference] = [name.replace("@", "%40"), `${name}@${version}`];
  return {
    "bom-ref": reference,
    type: "library",
    name,
    version,
    purl: `pkg:npm/${encoded}@${version}`,
    licenses: [{ license: { id: license } }],
  };
}

/** A hash of the lock file (W3C, "Subresource Integrity") in the form of CycloneDX. */
function hash(integrity: string): { alg: string; content: string } {
  const [algorithm = "", encoded = ""] = integrity.split("-", 2);
  return { alg: algorithm.toUpperCase().replace(/^SHA/, "SHA-"), content: Buffer.from(encoded, "base64").toString("hex") };
}

async function read<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(join(ROOT, file), "utf8")) as T;
}
