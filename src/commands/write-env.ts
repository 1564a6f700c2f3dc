import { randomUUID } from "node:crypto";
import { lstat, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { dotenvLines } from "../ci/shell.ts";
import { mergeDotenv } from "../context/dotenv.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { requireRunDatabase, warnOfMajor } from "../context/target-database.ts";
import { codeOf, messageOf, OffshootError } from "../errors.ts";
import { runProgram } from "../process/run-program.ts";
import { variablesOf } from "../providers/variables.ts";
import { MIB, readText } from "../read-file.ts";
import { shellCommand } from "../shell-command.ts";

export interface WriteEnvOptions extends CommonOptions {
  /** Path of the dotenv file, from `cwd`. */
  readonly file: string;
}

export interface WrittenEnv {
  /** Absolute path. */
  readonly file: string;
  /** The names of the variables that were written. */
  readonly names: readonly string[];
}

/**
 * Writes the URLs of this run's database into a dotenv file that only its owner can read. Other lines of the file are kept.
 * Throws `USAGE` for a file that git tracks or does not ignore, because the URLs contain a password, and `RUN_UNKNOWN`.
 */
export async function writeEnv(options: WriteEnvOptions): Promise<WrittenEnv> {
  return inContext(options, (context) => writeEnvIn(context, options), { file: ".env.offshoot" });
}

async function writeEnvIn(context: Context, options: WriteEnvOptions): Promise<WrittenEnv> {
  const file = await realFile(resolve(context.cwd, options.file));
  await requireIgnored(file, context.env, context.signal);
  const database = await requireRunDatabase(context);
  warnOfMajor(context, database);
  const variables = { ...variablesOf(database) };
  const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
  try {
    const text = await readText(file, MIB).catch((thrown: unknown) => {
      if (codeOf(thrown) === "ENOENT") return "";
      throw thrown;
    });
    await writeFile(draft, mergeDotenv(text, dotenvLines(variables)), { mode: 0o600, flag: "wx" });
    await rename(draft, file);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw new OffshootError("USAGE", `Could not write ${options.file}: ${messageOf(thrown)}.`, {
      remedy: "Check the path, and that the folder can be written.",
    });
  }
  return { file, names: Object.keys(variables) };
}

/** The file behind a symbolic link: the link itself stays. */
async function realFile(path: string): Promise<string> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts?.isDirectory() === true) {
    throw new OffshootError("USAGE", `${path} is a folder.`, { remedy: "Name a file: npx offshoot env --write .env" });
  }
  if (facts !== undefined) return realpath(path).catch(missing(`${path} is a link to a file that does not exist.`, "Remove the link."));
  const folder = dirname(path);
  const real = await realpath(folder).catch(missing(`The folder ${folder} does not exist.`, "Create it, or name another file."));
  return join(real, basename(path));
}

function missing(problem: string, remedy: string): () => never {
  return () => {
    throw new OffshootError("USAGE", problem, { meaning: "Nothing was written.", remedy });
  };
}

/** git itself decides, with all its files of patterns. Outside of a checkout, nothing can be committed. */
async function requireIgnored(file: string, env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Promise<void> {
  const folder = dirname(file);
  const ask = (...args: readonly string[]) => runProgram(["git", "-C", folder, ...args], { env, signal });
  const name = basename(file);
  const ignored = await ask("check-ignore", "--quiet", "--", name);
  const { failure } = ignored;
  if (failure === undefined) return;
  const inside = await ask("rev-parse", "--is-inside-work-tree");
  if (inside.failure !== undefined && (failure.code === 128 || codeOf(failure) === "ENOENT") && !(await isCheckout(folder))) return;
  const tracked = (await ask("ls-files", "--error-unmatch", "--", name)).failure === undefined;
  const meaning = "The URLs contain the password of the database, and the next commit could publish it. Nothing was written.";
  if (tracked) {
    throw new OffshootError("USAGE", `git tracks ${name}.`, {
      meaning,
      remedy: `Choose another file, or remove it from git: ${shellCommand(["git", "rm", "--cached", name])}`,
    });
  }
  throw new OffshootError("USAGE", `git does not ignore ${name}.`, {
    meaning,
    remedy: `Add it to .gitignore: echo ${shellCommand([`/${name}`])} >> .gitignore`,
  });
}

/** Where git is not installed, or refuses, a `.git` above the folder shows a checkout. */
async function isCheckout(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await lstat(join(at, ".git")).catch(() => undefined)) !== undefined) return true;
    if (at === dirname(at)) return false;
  }
}
