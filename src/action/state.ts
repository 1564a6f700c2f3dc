import { appendTo, type Write } from "../ci/write.ts";
import type { Env } from "../environment.ts";

/** What the action's step leaves to its post step. Nothing of it is secret. */
export interface State {
  /** Whether the post step is to remove what nobody uses any more. */
  readonly teardown: boolean;
  /** Name of the session that holds the job's share; empty where there is none. */
  readonly lockHolder: string;
}

/** Saves a state; the last one saved counts. The runner gives it to the post step alone (GitHub, "Workflow commands", `GITHUB_STATE`). */
export function saveState(state: State, env: Env): readonly Write[] {
  return appendTo(env["GITHUB_STATE"], `teardown=${state.teardown}`, `lock_holder=${state.lockHolder}`);
}

/** What was saved; undefined where the step had nothing to leave. */
export function savedState(env: Env): State | undefined {
  const teardown = env["STATE_teardown"];
  return teardown === undefined ? undefined : { teardown: teardown === "true", lockHolder: env["STATE_lock_holder"] ?? "" };
}
