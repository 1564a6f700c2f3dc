import { checkOptionNames } from "../context/option-names.ts";
import { chmod, lstat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { OffshootError } from "../errors.ts";
import type { CommonOptions } from "../context/context.ts";
import { readCheckout } from "../identity/checkout.ts";
import { commonFolder } from "../identity/common-folder.ts";
import { environmentForGit } from "../identity/git-environment.ts";
import { type HookFacts, planHooks } from "../init/hooks.ts";
import { runProgram } from "../process/run-program.ts";
import { chosenFolder } from "../process/working-directory.ts";
import { MIB, readText } from "../read-file.ts";
import { type InitResult, writeNew } from "./init.ts";

export interface InitHooksOptions extends CommonOptions {
  /** Only return the plan, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

const LEFTHOOK = ["lefthook.yml", ".lefthook.yml", "lefthook.yaml", ".lefthook.yaml"];

/**
 * Writes a git hook that prints after a checkout whether the git branch has a database, and a line for direnv that loads `.env`. Neither
 * starts anything of the checkout. Existing files are never changed: for those, and where husky, lefthook or `core.hooksPath` manage the
 * hooks, the result holds the text to add. Throws `USAGE` outside of git.
 */
export async function initHooks(options: InitHooksOptions = {}): Promise<InitResult> {
  checkOptionNames(options);
  const cwd = await chosenFolder(options.cwd);
  const { top, git } = await readCheckout(cwd);
  if (git === undefined) {
    throw new OffshootError("USAGE", "This folder is not in a git checkout, so there are no hooks.", {
      remedy: "Call `offshoot init --hooks` in a checkout.",
    });
  }
  const planned = planHooks(await lookAround(options, top, git));
  const result = { services: [], notes: planned.notes, next: planned.next };
  if (options.dryRun === true) return { ...result, files: planned.files, applied: false };
  const files = [];
  for (const file of planned.files) {
    const written = file.state === "new" ? await writeNew(top, file) : file;
    if (written.state === "new" && file.text.startsWith("#!")) await chmod(join(top, file.path), 0o755);
    files.push(written);
  }
  return { ...result, files, applied: true };
}

async function lookAround({ env = process.env, signal }: CommonOptions, top: string, git: string): Promise<HookFacts> {
  const fromTop = (path: string): string => relative(top, path).split(sep).join("/");
  const usual = join(await commonFolder(git), "hooks");
  const { stdout, failure } = await runProgram(["git", "rev-parse", "--git-path", "hooks"], {
    cwd: top,
    env: environmentForGit(env),
    ...(signal === undefined ? {} : { signal }),
  });
  if (failure !== undefined) {
    throw new OffshootError("USAGE", "git did not show where the hooks of this checkout are.", {
      remedy: "Check that `git rev-parse --git-path hooks` works here.",
    });
  }
  const hooks = resolve(top, stdout.trim());
  const files = [".envrc", ".husky/post-checkout", ...LEFTHOOK, ...[hooks, usual].map((folder) => join(fromTop(folder), "post-checkout"))];
  const texts: Record<string, string> = {};
  for (const file of files) {
    const text = await readText(join(top, file), MIB).catch(() => undefined);
    if (text !== undefined) texts[file] = text;
  }
  return {
    hooksFolder: fromTop(hooks),
    usualFolder: fromTop(usual),
    husky: dirname(hooks) === join(top, ".husky") || (await lstat(join(top, ".husky")).catch(() => undefined)) !== undefined,
    lefthook: LEFTHOOK.find((file) => texts[file] !== undefined),
    texts,
  };
}
