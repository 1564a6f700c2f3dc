import { formatDuration } from "../duration.ts";
import type { Env } from "../environment.ts";
import { messageOf } from "../errors.ts";
import { environmentForGit } from "../identity/git-environment.ts";
import { runProgram } from "../process/run-program.ts";
import { MIB } from "../read-file.ts";
import { oneLine } from "../visible.ts";

const GIT_MS = 20_000;
/** About a million refs. */
const MOST_REFS_BYTES = 64 * MIB;
/** Characters of git's error output that a note shows: a remote can write anything there. */
const MOST_REASON = 300;

/** Where the checkout is, and what ends the search. */
export interface RemoteAccess {
  readonly cwd: string;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/**
 * Branches and tags of `origin`, by their short names. An empty answer is ignored: every remote has at least one branch.
 *
 * The configuration in the checkout's `.git` can name programs that git runs, and it does not have to come from the user: an archive can
 * contain it. It also has the login that the CI service wrote there, so git reads it, but runs none of its programs: no transport that
 * runs a command, no other server program, no program for passwords, and only a plain `ssh`.
 */
export async function remoteRefs({ cwd, env, signal }: RemoteAccess): Promise<ReadonlySet<string> | undefined> {
  const late = AbortSignal.timeout(GIT_MS);
  const both = AbortSignal.any([signal, late]);
  const own = environmentForGit(env);
  const local = await settingsOfCheckout(cwd, own, both);
  const helpers =
    local === undefined || local.some(({ name }) => /^credential\b.*\.helper$/.test(name)) ? ["-c", "credential.helper="] : [];
  const isSshSafe = local?.every(({ name, value }) => name !== "core.sshcommand" || isPlainSsh(value)) === true;
  const { stdout, stderr, failure } = await runProgram(
    ["git", ...helpers, "ls-remote", "--upload-pack=git-upload-pack", "--heads", "--tags", "origin"],
    {
      cwd,
      env: {
        ...(isSshSafe ? {} : { GIT_SSH_COMMAND: "ssh" }),
        GIT_ASKPASS: "",
        ...own,
        GIT_TERMINAL_PROMPT: "0",
        GIT_ALLOW_PROTOCOL: "https:http:ssh:file",
      },
      signal: both,
      mostBytes: MOST_REFS_BYTES,
    },
  );
  if (failure !== undefined) {
    const reason = late.aborted ? `no answer within ${formatDuration(GIT_MS)}` : stderr.trim() || messageOf(failure);
    throw new Error(`git ls-remote: ${oneLine(reason).slice(0, MOST_REASON)}`);
  }
  const refs = [...stdout.matchAll(/\trefs\/(?:heads|tags)\/(.+)$/gm)].map((match) => match[1] ?? "");
  return refs.length === 0 ? undefined : new Set(refs);
}

interface GitSetting {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** The settings in the checkout's `.git`, with the files that it includes. Reading them runs no program. Undefined when git cannot show them. */
async function settingsOfCheckout(cwd: string, env: Env, signal: AbortSignal): Promise<readonly GitSetting[] | undefined> {
  const { stdout, failure } = await runProgram(["git", "config", "--list", "--includes", "--show-scope", "--null"], { cwd, env, signal });
  if (failure !== undefined) return undefined;
  const parts = stdout.split("\0");
  const settings: GitSetting[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    if (!["local", "worktree"].includes(parts[at] ?? "")) continue;
    const [name = "", ...value] = (parts[at + 1] ?? "").split("\n");
    settings.push({ name: name.toLowerCase(), value: value.join("\n") });
  }
  return settings;
}

/** As `actions/checkout` writes it: `ssh` with a key and options that run no program. git gives the value to a shell. */
function isPlainSsh(command: string): boolean {
  const path = String.raw`(?:"[\w ./:@+-]*"|[\w./:@+-]+)`;
  const option = String.raw`-o "?(?:StrictHostKeyChecking|CheckHostIP|IdentitiesOnly|UserKnownHostsFile|BatchMode)=[\w ./:@+-]*"?`;
  return new RegExp(`^"?(?:/usr/bin/)?ssh"?(?: -i ${path}| ${option})*$`).test(command);
}
