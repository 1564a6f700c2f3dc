import { shellCommand } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import type { Sign } from "./signs-below.ts";

/** The names of scripts and targets that migrate. */
const SCRIPT =
  /^(?:(?:db|database|prisma|typeorm|knex|drizzle|sequelize|mikro-orm|kysely)[:_-])?migrat(?:e|ions?)(?:[:_-](?:run|up|latest|deploy|apply|prod|ci))?$/;

/** Files with targets or scripts besides package.json, how a target is found in them, and the command that runs it. */
const TARGETS: readonly { readonly file: string; readonly target: RegExp; readonly program: readonly string[] }[] = [
  ...["Makefile", "makefile", "GNUmakefile"].map((file) => ({ file, target: /^([\w.:-]+?)\s*::?(?!=)/gm, program: ["make"] })),
  ...["justfile", "Justfile", ".justfile"].map((file) => ({ file, target: /^@?([\w-]+)(?:[ \t]+[^\n:]*)?:(?!=)/gm, program: ["just"] })),
  ...["Taskfile.yml", "Taskfile.yaml"].map((file) => ({
    file,
    target: /^[ \t]+["']?([\w:-]+)["']?:(?:[ \t]|$)/gm,
    program: ["task"],
  })),
  ...["deno.json", "deno.jsonc"].map((file) => ({ file, target: /"([\w:-]+)"\s*:\s*"/g, program: ["deno", "task"] })),
  { file: "composer.json", target: /"([\w:-]+)"\s*:\s*["[]/g, program: ["composer", "run"] },
];

/** The targets of a repository whose names show that they migrate. */
export async function targetsOf(repository: Repository): Promise<readonly Sign[]> {
  const found = await Promise.all(
    TARGETS.map(async ({ file, target, program }) => {
      // A system that ignores the case of names finds one file under several.
      const text = (await repository.list(".")).includes(file) ? ((await repository.read(file)) ?? "") : "";
      const names = [...new Set([...text.matchAll(target)].map(([, name = ""]) => name))].filter((name) => SCRIPT.test(name));
      return names.map((name) => ({
        text: `the target "${name}" in ${file}`,
        setting: `migrations.command in offshoot.yaml to run it, such as \`${shellCommand([...program, name])}\`, and migrations.files to the files on which it depends`,
      }));
    }),
  );
  return found.flat();
}

/** The scripts of a `package.json` whose names show that they migrate, such as `db:migrate` or `migration:run`. */
export function migrationScripts(manifest: string | undefined): readonly string[] {
  return scriptsIn(manifest).filter((name) => SCRIPT.test(name));
}

function scriptsIn(manifest: string | undefined): readonly string[] {
  try {
    const scripts = manifest === undefined ? undefined : (JSON.parse(manifest) as { readonly scripts?: unknown } | null)?.scripts;
    return typeof scripts === "object" && scripts !== null ? Object.keys(scripts) : [];
  } catch {
    // The detection of tools reports a package.json that is not valid.
    return [];
  }
}
