import { readdir, readFile } from "node:fs/promises";
import { cook } from "../../src/init/recipe.ts";
import { type TemplateName, TEMPLATES } from "../../src/init/services/registry.ts";

const FOLDER = new URL("../../docs/ci/", import.meta.url);

/** The repository that the pages show: npm with a lock file, and a script `test`. */
const { recipe } = cook({
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

/** A page of `docs/ci` with the pipelines that it shows as `init` writes them. */
export function renderTemplates(page: string): string {
  return page.replaceAll(
    /(<!-- template:(\w+):start -->\n)[^]*?(<!-- template:\2:end -->)/g,
    (_all, start: string, name: string, end: string) => {
      const { head, body } = TEMPLATES[name as TemplateName].pipeline(recipe);
      return `${start}\`\`\`${name === "jenkins" ? "groovy" : "yaml"}\n${head}${body}\`\`\`\n${end}`;
    },
  );
}

/** The pages of `docs/ci`, and where each stands. */
export async function ciPages(): Promise<readonly { readonly file: URL; readonly text: string }[]> {
  const files = (await readdir(FOLDER)).toSorted().map((name) => new URL(name, FOLDER));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(file, "utf8") })));
}
