import { posix } from "node:path";
import type { Repository } from "./repository.ts";

const DEFAULT = "db/migrate";
const ENGINES = ["engines", "components", "packs", "packages"];
/** `config.paths["db/migrate"] = …`, `<< …`, `.concat(…)`, and `config.paths.add "db/migrate", with: …`. */
const STATEMENT =
  /paths(?:\[["']db\/migrate["']\]\s*(=(?!=)|<<|\.(?:concat|push|unshift|append)\b)|\.add[\s(]+["']db\/migrate["']\s*,\s*with:)([^\n]*(?:\n\s*["'\])][^\n]*)*)/g;

/**
 * The folders in which Rails looks for migrations: `paths["db/migrate"]` of the application, `migrations_paths` of database.yml,
 * and the folders that engines in the repository append. Documentation: guides.rubyonrails.org, "Configuring Rails Applications",
 * and "Getting Started with Engines".
 */
export async function railsFolders(repository: Repository): Promise<readonly string[]> {
  const text = async (path: string): Promise<string> => ((await repository.read(path)) ?? "").replaceAll(/^\s*#.*$/gm, "");
  const folders = [DEFAULT];
  for (const [, operator, value = ""] of (await text("config/application.rb")).matchAll(STATEMENT)) {
    // An assignment, and `add`, replace what was there.
    if (operator === "=" || operator === undefined) folders.splice(0);
    folders.push(...foldersIn(value));
  }
  for (const [, value = ""] of (await text("config/database.yml")).matchAll(/^\s*migrations_paths:[ \t]*([^\n]*(?:\n\s*-[^\n]*)*)/gm)) {
    folders.push(...value.split(/[\s,[\]-]*\n[\s-]*|[[\],]/).map((each) => each.trim().replace(/^["']|["']$/g, "")));
  }
  const engines = (await Promise.all(ENGINES.map((folder) => repository.list(folder)))).flat();
  for (const engine of engines) {
    const files = (await repository.walk(`${engine}/lib`)).filter((file) => file.endsWith("/engine.rb"));
    const texts = await Promise.all(files.map(text));
    if (texts.some((each) => /append_migrations|paths\[["']db\/migrate["']\]\s*(?:<<|\+=|\.(?:concat|push|append))/.test(each))) {
      folders.push(`${engine}/${DEFAULT}`);
    }
  }
  return [...new Set(folders.filter((folder) => folder !== "" && !folder.startsWith("/")))];
}

/** Texts in a list, and `Rails.root.join("db", "more")`, which is one folder. */
function foldersIn(value: string): readonly string[] {
  const joined = [...value.matchAll(/\.join\(([^)]*)\)/g)].map(([, parts = ""]) => posix.join(...textsIn(parts)));
  const rest = textsIn(value.replaceAll(/\.join\([^)]*\)/g, ""));
  return [...joined, ...rest].map((folder) => folder.replace(/\/+$/, ""));
}

function textsIn(value: string): readonly string[] {
  return [...value.matchAll(/["']([^"'#]+)["']/g)].map(([, text = ""]) => text);
}
