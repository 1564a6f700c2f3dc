import { createCallLog } from "./call-log.ts";
import { createClock } from "./clock.ts";
import { createIdGenerator } from "./id-generator.ts";
import type { Neon, NeonOptions } from "./neon.ts";
import { createFirstProject } from "./project/create.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createState } from "./state.ts";
import { defaultSwitches, setSwitches } from "./switches.ts";

/** A Neon account with one project. Its default branch `main` has a compute, the role `neondb_owner` and the database `neondb`. */
export async function createNeon(options: NeonOptions = {}): Promise<Neon> {
  const ids = createIdGenerator(options.seed);
  const switches = defaultSwitches();
  setSwitches(switches, options.switches ?? {});
  const projectId = ids.id("mock");
  const neon: Neon = {
    state: createState(),
    clock: options.clock ?? createClock(),
    ids,
    switches,
    faults: [],
    calls: createCallLog(),
    rate: createRateLimit(),
    storage: options.storage,
    check: options.check,
    violations: [],
    apiKey: options.apiKey ?? `napi_${ids.uuid().replaceAll("-", "")}`,
    projectId,
    operationMs: options.operationMs ?? 0,
    pageSize: options.pageSize ?? 100,
    branchLimit: options.branchLimit ?? 5_000,
    rootBranchLimit: options.rootBranchLimit ?? 5,
  };
  await createFirstProject(neon, options);
  return neon;
}
