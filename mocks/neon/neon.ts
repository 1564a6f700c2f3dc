import { createCalls, type Calls } from "./calls.ts";
import { createClock, type Clock } from "./clock.ts";
import type { Fault } from "./faults.ts";
import { createIdentity, type Identity } from "./identity.ts";
import { createProject } from "./project.ts";
import { createRateLimit, type RateLimit } from "./rate.ts";
import type { CheckReply } from "./specification.ts";
import { createState, type Project, type State } from "./state.ts";
import type { Storage } from "./storage.ts";
import { defaultSwitches, setSwitches, type Switches } from "./switches.ts";

export interface NeonOptions {
  readonly clock?: Clock;
  /** Seed of ids, passwords and the dice of faults; default: a random one. */
  readonly seed?: number;
  /** Default: made up, in the form of Neon's own keys. */
  readonly apiKey?: string;
  /** Milliseconds until the operations of one call are finished; default 0: at the next call. */
  readonly operationMs?: number;
  /** Entries of one page, at most, whatever `limit` asks for; default 100, as Neon's own CLI notes. */
  readonly pageSize?: number;
  /** Default 5,000 (paid plans); 10 on the free one. */
  readonly branchLimit?: number;
  /** Schema-only and backup branches included; default 5. */
  readonly rootBranchLimit?: number;
  /** Roles and databases of the default branch; default 1. */
  readonly roles?: number;
  readonly databases?: number;
  /** Major version; default 17, as in the specification. */
  readonly postgresMajor?: number;
  readonly storesPasswords?: boolean;
  readonly switches?: Partial<Switches>;
  readonly storage?: Storage;
  /** Looks at every reply of the mock's own work, such as `loadSpecification` does; complaints are kept in `violations`. */
  readonly check?: CheckReply;
}

/** One Neon account with one project: everything that the two faces serve. */
export interface Neon {
  readonly state: State;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly switches: Switches;
  readonly faults: Fault[];
  readonly calls: Calls;
  readonly rate: RateLimit;
  readonly storage: Storage | undefined;
  readonly check: CheckReply | undefined;
  readonly violations: string[];
  readonly apiKey: string;
  readonly projectId: string;
  readonly operationMs: number;
  readonly pageSize: number;
  readonly branchLimit: number;
  readonly rootBranchLimit: number;
}

/** A Neon account with a project, its default branch `main` with a compute, `neondb_owner` and `neondb`. */
export async function createNeon(options: NeonOptions = {}): Promise<Neon> {
  const clock = options.clock ?? createClock();
  const identity = createIdentity(options.seed);
  const state = createState();
  const switches = defaultSwitches();
  setSwitches(switches, options.switches ?? {});
  const projectId = identity.id("mock");
  const neon: Neon = {
    state,
    clock,
    identity,
    switches,
    faults: [],
    calls: createCalls(),
    rate: createRateLimit(),
    storage: options.storage,
    check: options.check,
    violations: [],
    apiKey: options.apiKey ?? `napi_${identity.uuid().replaceAll("-", "")}`,
    projectId,
    operationMs: options.operationMs ?? 0,
    pageSize: options.pageSize ?? 100,
    branchLimit: options.branchLimit ?? 5_000,
    rootBranchLimit: options.rootBranchLimit ?? 5,
  };
  await createProject(neon, options);
  return neon;
}

/** The account's one project. */
export function theProject(neon: Neon): Project {
  const project = neon.state.projects.get(neon.projectId);
  if (project === undefined) throw new Error("The mock has lost its project.");
  return project;
}
