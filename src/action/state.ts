import { appendTo, type Write } from "../ci/write.ts";
import type { Env } from "../environment.ts";

/** Data from the main step for the post step. It contains no secrets. */
export interface State {
  /** Whether the post step must delete the database after its last use. */
  readonly teardown: boolean;
  /** Name of the session that holds the job's usage lock; empty if there is none. */
  readonly lockHolder: string;
}

/** Saves a state, which replaces an earlier one. The runner passes it only to the post step (GitHub, "Workflow commands", `GITHUB_STATE`). */
export function saveState(state: State, env: Env): readonly Write[] {
  return appendTo(env["GITHUB_STATE"], `teardown=${state.teardown}`, `lock_holder=${state.lockHolder}`);
}

/** The saved state; undefined if the main step saved none. */
export function savedState(env: Env): State | undefined {
  const teardown = env["STATE_teardown"];
  return teardown === undefined ? undefined : { teardown: teardown === "true", lockHolder: env["STATE_lock_holder"] ?? "" };
}
