import { OffshootError } from "../errors.ts";
import type { RunIdentity } from "./run-identity.ts";

/** What a CI service tells about the job that asks. Undefined is what it doesn't tell. */
export interface CiFacts {
  /** Id of the service, such as `github`. */
  readonly service: string;
  readonly repository: string | undefined;
  /** Git branch or tag; a pull request's own branch, not the one that it goes into. */
  readonly ref: string | undefined;
  /** Shared by every job of a pipeline and by "re-run failed jobs", and by nothing else. */
  readonly runId: string | undefined;
  /** One triggering, where the service gives a re-run an id of its own beside `runId`. */
  readonly invocation: string | undefined;
  /** 1 for the first try, of the run or, where the service counts so, of the job. */
  readonly attempt: number;
  readonly pullRequest: number | undefined;
  /** Which of several parallel copies of one job. */
  readonly shard: string | undefined;
  /** The job's name as the pipeline's file has it. */
  readonly job: string | undefined;
}

/** What a checkout and its user tell where no CI does. */
export interface LocalFacts {
  readonly user: string;
  /** Undefined outside of git and on a detached head. */
  readonly branch: string | undefined;
  readonly folder: string;
  readonly repository: string | undefined;
}

export interface Caller {
  /** Undefined on a person's machine. */
  readonly ci: CiFacts | undefined;
  /** A name that was given by hand; it wins over everything else. */
  readonly runName?: string | undefined;
  /** Where that name was given; default `flag`. */
  readonly runNameSource?: "flag" | "env" | "file" | undefined;
  /** Whether each CI run has its own database (default), or all runs of a pull request share one. */
  readonly scope?: "run" | "pull-request" | undefined;
  readonly local: LocalFacts;
}

/**
 * Who asks for a database. Throws `USAGE` where the name given is blank, and in a CI that doesn't tell one run
 * from another: a guess there would let two runs share a database.
 */
export function identifyRun(asker: Caller): RunIdentity {
  const { ci, local } = asker;
  const shared = {
    repository: ci?.repository ?? local.repository ?? (local.folder === "" ? "root" : local.folder),
    ref: ci?.ref ?? local.branch,
    pullRequest: ci?.pullRequest,
    attempt: ci?.attempt ?? 1,
    shard: ci?.shard,
  };
  const name = givenName(asker);
  if (name !== undefined) return { ...shared, key: name, invocation: name, source: asker.runNameSource ?? "flag" };
  if (ci === undefined) return { ...shared, key: personalKey(local), invocation: undefined, source: "local" };
  return { ...shared, ...runOfCi(ci, asker.scope ?? "run"), source: ci.service };
}

/** A blank variable is what CI services make of an unset one; a blank flag is a mistake. */
function givenName({ runName, runNameSource }: Caller): string | undefined {
  const name = runName?.trim();
  if (name !== "") return name;
  if (runNameSource === "env") return undefined;
  throw new OffshootError("USAGE", "The name of the run is empty.", {
    meaning: "A run's name decides which database it gets, so an empty one can't be used.",
    remedy: "Give a name, such as --run my-run, or leave the option out.",
  });
}

function runOfCi(ci: CiFacts, scope: "run" | "pull-request"): { key: string; invocation: string | undefined } {
  const invocation = ci.invocation ?? ci.runId;
  if (scope === "pull-request" && ci.pullRequest !== undefined) return { key: `pr-${ci.pullRequest}`, invocation };
  if (ci.runId !== undefined) return { key: `run-${ci.runId}`, invocation };
  throw new OffshootError("USAGE", `This CI (${ci.service}) doesn't say which run this is.`, {
    meaning: "Without an id that every job of one run shares, two runs could end up in one database.",
    remedy: "Set OFFSHOOT_RUN in every job to something that all jobs of the run share and no other run has, such as its build id.",
    facts: { service: ci.service },
  });
}

/**
 * User and branch. Users with a dash get a colon, which no git branch and no user name may hold, so that
 * `jean-luc` on `main` and `jean` on `luc-main` stay two.
 */
function personalKey({ user, branch }: LocalFacts): string {
  const joint = user.includes("-") ? ":" : "-";
  return branch === undefined && joint === "-" ? user : `${user}${joint}${branch ?? ""}`;
}
