/** Who asks for a database. Immutable; repository and key are equal for every job, attempt and shard of one CI run. */
export interface RunIdentity {
  /** `owner/name`, or the checkout's folder name where no remote is known. */
  readonly repository: string;
  /** Stable over attempts and shards: the CI's run id, the pull request's number, or user and git branch. */
  readonly key: string;
  /** Git branch or tag, where known. */
  readonly ref: string | undefined;
  /** Number of the pull or merge request, where there is one. */
  readonly pullRequest: number | undefined;
  /**
   * One triggering of the pipeline: its run id, or the name that was given by hand. Two jobs of one invocation
   * must bring the same migrations. Undefined for a person's own branch, whose migrations may grow.
   */
  readonly invocation: string | undefined;
  /** 1 for the first try, higher for "re-run failed jobs"; counted per job where the service does so (Buildkite). */
  readonly attempt: number;
  /** Which of several parallel copies of one job asks, where the CI says so. */
  readonly shard: string | undefined;
  /** Where the facts come from: a CI service's id, `flag`, `env`, `file`, or `local`. */
  readonly source: string;
}
