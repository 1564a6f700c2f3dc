import { posix } from "node:path";
import { shellCommand } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import { SCRIPT } from "./migration-scripts.ts";
import type { Sign } from "./signs-below.ts";

/**
 * Files with targets or scripts besides package.json, how a target is found in them, and the command that runs it. `target` is
 * undefined for a script that only migrates.
 */
const TARGETS: readonly { readonly file: string; readonly target: RegExp | undefined; readonly program: readonly string[] }[] = [
  ...["Makefile", "makefile", "GNUmakefile"].map((file) => ({ file, target: /^([\w.:-]+?)\s*::?(?!=)/gm, program: ["make"] })),
  ...["justfile", "Justfile", ".justfile"].map((file) => ({ file, target: /^@?([\w-]+)(?:[ \t]+[^\n:]*)?:(?!=)/gm, program: ["just"] })),
  ...[
    "Taskfile.yml",
    "Taskfile.yaml",
    "taskfile.yml",
    "taskfile.yaml",
    "Taskfile.dist.yml",
    "Taskfile.dist.yaml",
    "taskfile.dist.yml",
    "taskfile.dist.yaml",
  ].map((file) => ({
    file,
    // A name can contain colons, which need no quotes if no space follows.
    target: /^[ \t]+["']?([\w-]+(?::[\w-]+)*)["']?:(?:[ \t\r]|$)/gm,
    program: ["task"],
  })),
  ...["deno.json", "deno.jsonc"].map((file) => ({ file, target: /"([\w:-]+)"\s*:\s*"/g, program: ["deno", "task"] })),
  ...["bin/migrate", "bin/migrate.sh", "scripts/migrate.sh", "script/migrate", "migrate.sh"].map((file) => ({
    file,
    target: undefined,
    program: [file.includes("/") ? file : `./${file}`],
  })),
  { file: "Rakefile", target: /^[ \t]*task[ \t(]+:?["']?([\w:]+)/gm, program: ["rake"] },
  { file: "mise.toml", target: /^\[tasks\.["']?([\w:-]+)["']?\]/gm, program: ["mise", "run"] },
  { file: "composer.json", target: /"([\w:-]+)"\s*:\s*["[]/g, program: ["composer", "run"] },
];

/** The targets of a repository whose names show that they migrate. */
export async function targetsOf(repository: Repository): Promise<readonly Sign[]> {
  const found = await Promise.all(
    TARGETS.map(async ({ file, target, program }) => {
      // A system that ignores the case of names finds one file under several.
      const text = (await repository.list(posix.dirname(file))).includes(file) ? ((await repository.read(file)) ?? "") : "";
      if (target === undefined) return text === "" ? [] : [ofScriptFile(file, program)];
      const names = [...new Set([...text.matchAll(target)].map(([, name = ""]) => name))].filter((name) => SCRIPT.test(name));
      return names.map((name) => ({
        command: shellCommand([...program, name]),
        text: `the target "${name}" in ${file}`,
        setting: `migrations.command in offshoot.yaml to run it, such as \`${shellCommand([...program, name])}\`, and migrations.files to the files on which it depends`,
      }));
    }),
  );
  return found.flat();
}

function ofScriptFile(file: string, program: readonly string[]): Sign {
  return {
    command: shellCommand(program),
    text: `the script ${file}`,
    setting: `migrations.command in offshoot.yaml to run it, such as \`${shellCommand(program)}\`, and migrations.files to the files on which it depends`,
  };
}
