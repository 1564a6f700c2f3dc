import { readdir, readFile } from "node:fs/promises";
import { commandsFor } from "../../src/init/pipeline-commands.ts";
import { type CiServiceName, CI_SERVICES } from "../../src/init/services/registry.ts";

const FOLDER = new URL("../../docs/ci/", import.meta.url);

/** The repository of the documentation: npm with a lock file, and a script `test`. */
const { pipeline: commands } = commandsFor({
  folder: "",
  up: "",
  host: undefined,
  version: "0.1",
  migrations: { from: "nothing", below: [] },
  given: {},
  configuration: undefined,
  texts: { "package.json": '{ "scripts": { "test": "node --test" } }', "package-lock.json": "" },
  pipelines: {},
});

/** A page of `docs/ci` with its pipelines replaced by the ones that `init` writes. */
export function renderTemplates(page: string): string {
  return page.replaceAll(
    /(<!-- template:(\w+):start -->\n)[^]*?(<!-- template:\2:end -->)/g,
    (_all, start: string, name: string, end: string) => {
      const { head, body } = CI_SERVICES[name as CiServiceName].pipeline(commands);
      return `${start}\`\`\`${name === "jenkins" ? "groovy" : "yaml"}\n${head}${body}\`\`\`\n${end}`;
    },
  );
}

/** The pages of `docs/ci`, with the URL of each file. */
export async function ciPages(): Promise<readonly { readonly file: URL; readonly text: string }[]> {
  const files = (await readdir(FOLDER)).toSorted().map((name) => new URL(name, FOLDER));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, "utf8") })));
}
