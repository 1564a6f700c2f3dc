import type { Session } from "../postgres/connect.ts";
import type { Claim } from "./claim.ts";

/** `lost`: another may lead by now, our command is dead, and nothing was recorded. */
export type Led = "ready" | "lost";

export interface Lead {
  /** Holds the gate's lock. Closed by the caller, or here before the base is kept. */
  readonly session: Session;
  readonly claim: Claim;
  /** Milliseconds until an earlier leader's command is surely dead. */
  readonly settleMs: number;
}
