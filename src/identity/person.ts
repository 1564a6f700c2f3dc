import { hostname } from "node:os";
import type { Env } from "../environment.ts";
import { environmentForGit } from "./git-environment.ts";
import { runProgram } from "../process/run-program.ts";
import { type GitPlaces, readGitEmail } from "./git-email.ts";
import { shortHash, slug } from "./slug.ts";

/** Milliseconds for git to read its configuration. It needs a few. */
const GIT_MS = 5000;

/**
 * Who a person is: the e-mail address that git uses in the folder `top`, or else the user's name and this machine. Several
 * people can have one user name: in most development containers it is `node`, `vscode` or `root`.
 */
export async function readPerson(top: string, user: string, env: Env, checkout: GitPlaces["checkout"]): Promise<string> {
  const read = await readGitEmail({ checkout, userId: process.geteuid?.() }, env);
  const email = (read ?? (await askGit(top, env))).trim().toLowerCase();
  return email === "" ? `user ${user}@${hostname()}` : `email ${email}`;
}

async function askGit(top: string, env: Env): Promise<string> {
  const { stdout } = await runProgram(["git", "config", "--get", "user.email"], {
    cwd: top,
    env: environmentForGit(env),
    signal: AbortSignal.timeout(GIT_MS),
  });
  return stdout;
}

/** Length of the hash of a person. It only has to distinguish the people of one project. */
const HASH_LENGTH = 8;

/**
 * The owner of a person's databases, such as `ada-5be1c2d0`: the readable user name and a hash. The owner tag contains it, and
 * everybody in the project can read that, so it contains no e-mail address.
 */
export function ownerOf(user: string, person: string): string {
  return `${slug(user, "-", 24) || "user"}-${shortHash(`offshoot owner\n${person}`, HASH_LENGTH)}`;
}

/** Whether two owners are the same person, who can have different user names on two machines. */
export function isSameOwner(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one.slice(-HASH_LENGTH) === other.slice(-HASH_LENGTH);
}
