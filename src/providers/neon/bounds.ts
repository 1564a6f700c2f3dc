import type { Listener } from "../../events.ts";
import type { Deadline } from "../../deadline.ts";

/** How long a call of the contract may take, and who listens. */
export interface Bounds {
  readonly within: Deadline;
  readonly emit: Listener;
}
