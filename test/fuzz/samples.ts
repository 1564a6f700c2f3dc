import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** The text of a file of the repository. */
export function sample(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** All files below a folder of the repository with this ending. */
export function samplesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending) && !path.includes("node_modules"))
    .toSorted()
    .map((path) => sample(join(folder, path)));
}

/** The code blocks of a language in a page. */
export function blocksOf(page: string, language: string): readonly string[] {
  return [...sample(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, text = ""]) => text);
}
