import type { Repository } from "./repository.ts";

/** Where a package manager or a build lists the folders of its packages, one by one. */
interface Declaration {
  readonly file: string;
  /** Matches each folder. */
  readonly folder: RegExp;
  /** Only inside of these parts of the file. */
  readonly within?: RegExp;
}

/**
 * Files that name the folders of a repository's packages without patterns: Poetry and pip, Bundler, Maven, Gradle, Go, Rush,
 * Composer. Source: the documentation of each.
 */
const DECLARATIONS: readonly Declaration[] = [
  { file: "pyproject.toml", folder: /\bpath\s*=\s*["']([^"']+)["']/g },
  { file: "requirements.txt", folder: /^\s*(?:-e|--editable)[\s=]+([./][^\s#[]*)/gm },
  { file: "Gemfile", folder: /\bpath(?::|\s*=>|\s*\()?\s*["']([^"']+)["']/g },
  { file: "pom.xml", folder: /<module>\s*([^<\s]+)\s*<\/module>/g },
  ...["settings.gradle", "settings.gradle.kts"].map((file) => ({
    file,
    folder: /["']:?([\w.:/-]+)["']/g,
    within: /^\s*include\b[^\n]*(?:,\s*\n[^\n]*)*/gm,
  })),
  { file: "go.work", folder: /^\s*(?:use\s+)?(\.{0,2}\/[^\s()]+)/gm },
  { file: "rush.json", folder: /"projectFolder"\s*:\s*"([^"]+)"/g },
  { file: "composer.json", folder: /"url"\s*:\s*"(\.{0,2}\/?[\w./-]+)"/g },
];

/** The folders that the files of a repository name as its packages. Folders outside of the repository and patterns are left out. */
export async function declaredPackages(repository: Repository): Promise<readonly string[]> {
  const found = await Promise.all(
    DECLARATIONS.map(async ({ file, folder, within }) => {
      const text = (await repository.read(file)) ?? "";
      const parts = within === undefined ? [text] : [...text.matchAll(within)].map(([part]) => part);
      return parts.flatMap((part) =>
        [...part.matchAll(folder)].map(([, name = ""]) => (file.startsWith("settings.gradle") ? gradle(name) : name)),
      );
    }),
  );
  const folders = found.flat().map((folder) => folder.replace(/^(?:\.\/)+/, "").replace(/\/+$/, ""));
  return [...new Set(folders)].filter(
    (folder) => /^[\w.@-]+(?:\/[\w.@-]+)*$/.test(folder) && !folder.split("/").includes("..") && folder !== ".",
  );
}

/** Gradle separates the folders of a project by colons. */
function gradle(name: string): string {
  return name.replaceAll(":", "/");
}
