import { OffshootError } from "../errors.ts";
import { ownerOf } from "./person.ts";
import { keyInService } from "./service-key.ts";
import { shortHash, slug } from "./slug.ts";

/** Who uses a database. Immutable. `repository` and `key` are equal for every job, attempt and shard of one CI run. */
export interface RunIdentity {
  /** `owner/name`, or the name of the checkout's folder when no remote is known. */
  readonly repository: string;
  /** The server of the repository and of its pull requests, such as `github.com`, when known. */
  readonly server?: string | undefined;
  /** Equal for all attempts and shards: the CI's run id, the number of the pull request, or a person's checkout and git branch. */
  readonly key: string;
  /** Git branch or tag, when known. */
  readonly ref: string | undefined;
  /** Number of the pull request or merge request, if there is one. */
  readonly pullRequest: number | undefined;
  /**
   * Id of one triggering of the pipeline: its run id, or the name that the user set. All jobs of one invocation must
   * have the same migrations. Undefined for a developer's own branch, because its migrations can change at any time.
   */
  readonly invocation: string | undefined;
  /** 1 for the first attempt, higher after "re-run failed jobs". Counted for each job if the service does so (Buildkite). */
  readonly attempt: number;
  /** Number of this copy of a parallel job, if the CI provides it. */
  readonly shard: string | undefined;
  /** Source of these facts: the name of a CI service, `flag`, `env`, `file` or `local`. */
  readonly source: string;
  /** The person who runs the command, such as `ada-5be1c2d0`. Undefined in a CI: its databases belong to the repository. */
  readonly owner?: string | undefined;
  /** Which clone and worktree the run belongs to (`checkoutMark`). Undefined in a CI, and for a run with a name of its own. */
  readonly checkout?: string | undefined;
}

/** The facts that a CI service provides about the current job. A fact that it does not provide is undefined. */
export interface CiFacts {
  /** Name of the service, such as `github`. */
  readonly service: string;
  /** The server that counts the runs: host, and port and path if it has them. Undefined when the service does not provide it. */
  readonly server?: string | undefined;
  /** Whether no other server and no other service has the same `runId`. Default false: it is a number. */
  readonly isRunIdGlobal?: boolean | undefined;
  readonly repository: string | undefined;
  /** Git branch or tag. For a pull request: its own branch, not its target branch. */
  readonly ref: string | undefined;
  /** An id that all jobs of a pipeline share, also after "re-run failed jobs", and that no other pipeline has. */
  readonly runId: string | undefined;
  /** Why the id that the service provides is not one. A sentence. */
  readonly wrongRunId?: string | undefined;
  /** Id of one triggering, for services in which a re-run has its own id beside `runId`. */
  readonly invocation: string | undefined;
  /** 1 for the first attempt of the run, or of the job if the service counts by job. */
  readonly attempt: number;
  /** Whether `attempt` is counted for each job or stage, so that it says nothing about other jobs. Default false. */
  readonly isAttemptOfJob?: boolean | undefined;
  readonly pullRequest: number | undefined;
  /** Number of this copy of a parallel job. */
  readonly shard: string | undefined;
  /** Name of the job in the pipeline's file. */
  readonly job: string | undefined;
  /** Number of this start of the job, in services that count no attempts: a retried job has a higher one. Otherwise its id. */
  readonly jobId?: string | undefined;
}

/** A person at work in a checkout. */
export interface Developer {
  /** Name of the operating system's user. Several people can have the same one. */
  readonly user: string;
  /** From `readPerson`. */
  readonly person: string;
  /** From `checkoutId`. */
  readonly checkout: string;
  /** From `checkoutMark`. */
  readonly mark?: string | undefined;
}

/** The git checkout. */
export interface LocalFacts {
  /** Undefined outside of git and on a detached head. */
  readonly branch: string | undefined;
  readonly folder: string;
  readonly repository: string | undefined;
  /** Host of `origin`. */
  readonly host?: string | undefined;
  /** Undefined in a CI, where nobody needs to know it. */
  readonly developer?: Developer | undefined;
}

/** Everything that decides about the identity of a run. */
export interface Caller {
  /** Undefined outside of a CI. */
  readonly ci: CiFacts | undefined;
  /** The run's name as the user set it. It has precedence over everything else. */
  readonly runName?: string | undefined;
  /** Where that name was set; default `flag`. */
  readonly runNameSource?: "flag" | "env" | "file" | undefined;
  /** Whether each CI run has its own database (default), or all runs of a pull request share one. */
  readonly scope?: "run" | "pull-request" | undefined;
  readonly local: LocalFacts;
}

/**
 * The identity of the caller's run. Throws `USAGE` if the name that the user set is blank, and in a CI that does not
 * provide a run id: with a guessed id two runs could share a database.
 */
export function identifyRun(caller: Caller): RunIdentity {
  const { ci, local } = caller;
  const shared = {
    repository: storable(ci?.repository ?? local.repository ?? (local.folder === "" ? "root" : local.folder)),
    ref: storableRef(ci?.ref ?? local.branch),
    pullRequest: ci?.pullRequest,
    attempt: ci?.attempt ?? 1,
    shard: ci?.shard,
    server: storableRef(serverOfRepository(ci, local)),
    owner: ci === undefined && local.developer !== undefined ? ownerOf(local.developer.user, local.developer.person) : undefined,
  };
  const given = givenName(caller);
  const name = given && storable(given);
  if (name !== undefined) return { ...shared, key: name, invocation: name, source: caller.runNameSource ?? "flag" };
  if (ci === undefined && local.developer !== undefined)
    return {
      ...shared,
      key: personalKey(local.developer, local.branch),
      invocation: undefined,
      source: "local",
      checkout: local.developer.mark,
    };
  if (ci === undefined) throw new TypeError("a run outside of a CI needs a developer");
  return { ...shared, ...runOfCi(ci, caller.scope ?? "run"), source: ci.service };
}

/** These services have the repositories too. The other ones work for repositories on any server. */
function serverOfRepository(ci: CiFacts | undefined, { host }: LocalFacts): string | undefined {
  return ci !== undefined && ["github", "gitlab", "bitbucket"].includes(ci.service) ? ci.server : host;
}

/** CI services pass an unset variable on as a blank one, so a blank variable is ignored. A blank flag is a mistake. */
function givenName({ runName, runNameSource }: Caller): string | undefined {
  const name = runName?.trim();
  if (name !== "") return name;
  if (runNameSource === "env") return undefined;
  throw new OffshootError("USAGE", "The name of the run is empty.", {
    meaning: "The name of a run decides which database it uses, so it must not be empty.",
    remedy: "Set a name, such as --run my-run, or remove the option.",
  });
}

function runOfCi(ci: CiFacts, scope: "run" | "pull-request"): { key: string; invocation: string | undefined } {
  const invocation = ci.invocation ?? ci.runId;
  if (scope === "pull-request" && ci.pullRequest !== undefined)
    return { key: storable(keyInService(ci, `pr-${ci.pullRequest}`)), invocation };
  if (ci.runId !== undefined)
    return { key: storable(ci.isRunIdGlobal === true ? `run-${ci.runId}` : keyInService(ci, `run-${ci.runId}`)), invocation };
  throw new OffshootError("USAGE", ci.wrongRunId ?? `The environment of this CI (${ci.service}) has no id of the run.`, {
    meaning: "Without an id that all jobs of one run share, two runs could use the same database.",
    remedy: "In every job, set OFFSHOOT_RUN to a value that all jobs of this run share and no other run has, such as the build id.",
    facts: { service: ci.service },
  });
}

/**
 * The most characters of a name in an owner tag, as JSON. A tag with a longer one could not be read again, and its database could
 * not be deleted: a comment is read up to a limit, and Neon and Docker have limits for annotations and labels.
 */
const MOST_STORED = 1000;

function isStorable(text: string): boolean {
  return text !== "" && JSON.stringify(text).length <= MOST_STORED;
}

/** The text, shortened with a hash if it is too long for an owner tag. What it returns is returned as it is. */
function storable(text: string): string {
  return isStorable(text) ? text : `${slug(text, "-", MOST_STORED / 2) || "long"}-${shortHash(text, 16)}`;
}

/** A part of a git ref, or of a server's name, is another one. */
function storableRef(text: string | undefined): string | undefined {
  return text !== undefined && isStorable(text) ? text : undefined;
}

/** The longest readable part of a key. With the hash, the key is as long as a branch name can show. */
const LONGEST_READABLE = 39;

/**
 * User, git branch and a hash, such as `ada-main-3f9c2a1b`. The hash makes the key different for each person, checkout and
 * branch. A key has only `a-z`, `0-9` and `-`, so it needs no quotes in a shell.
 */
function personalKey({ user, person, checkout }: Developer, branch: string | undefined): string {
  const readable = slug(`${user} ${branch ?? ""}`, "-", LONGEST_READABLE) || "user";
  return `${readable}-${shortHash(JSON.stringify([user, person, checkout, branch ?? null]), 8)}`;
}
