import type { CallLog } from "./call-log.ts";
import type { Clock } from "./clock.ts";
import type { Fault } from "./faults.ts";
import type { IdGenerator } from "./id-generator.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { CheckReply } from "./specification.ts";
import type { Project, State } from "./state.ts";
import type { Storage } from "./storage.ts";
import type { Switches } from "./switches.ts";

/** One Neon account with one project: all the state behind the API. It imports only types that do not know it. */
export interface Neon {
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly switches: Switches;
  readonly faults: Fault[];
  readonly calls: CallLog;
  readonly rate: RateLimit;
  readonly storage: Storage | undefined;
  readonly check: CheckReply | undefined;
  /** What `check` found wrong. */
  readonly violations: string[];
  readonly apiKey: string;
  readonly projectId: string;
  readonly operationMs: number;
  readonly pageSize: number;
  readonly branchLimit: number;
  readonly rootBranchLimit: number;
}

export interface NeonOptions {
  readonly clock?: Clock;
  /** Seed of ids, passwords and fault probabilities; default: random. */
  readonly seed?: number;
  /** Default: a generated key in the format of Neon's keys. */
  readonly apiKey?: string;
  /** Milliseconds until the operations of one call are finished; default 0: at the next call. */
  readonly operationMs?: number;
  /** The largest page, whatever `limit` a caller sends; default 100, as Neon's own CLI notes. */
  readonly pageSize?: number;
  /** Default 5,000 (paid plans); 10 on the free plan. */
  readonly branchLimit?: number;
  /** Includes schema-only and backup branches; default 5. */
  readonly rootBranchLimit?: number;
  /** Roles and databases of the default branch; default 1. */
  readonly roles?: number;
  readonly databases?: number;
  /** Major version; default 17, as in the specification. */
  readonly postgresMajor?: number;
  readonly storesPasswords?: boolean;
  readonly switches?: Partial<Switches>;
  readonly storage?: Storage;
  /** Checks every reply of the mock itself, as `loadSpecification` does. Its complaints are kept in `violations`. */
  readonly check?: CheckReply;
}

/** The account's one project. */
export function theProject(neon: Neon): Project {
  const project = neon.state.projects.get(neon.projectId);
  if (project === undefined) throw new Error("The project of the Neon mock is missing.");
  return project;
}
