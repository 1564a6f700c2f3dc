import { list, fields, text, number } from "./body.ts";
import { clearCalls } from "./calls.ts";
import { addFault } from "./faults.ts";
import { becomeReady, newBranch } from "./branch/create.ts";
import { enter } from "./endpoint.ts";
import { defaultBranch, findEndpoint } from "./find.ts";
import { type Neon, theProject } from "./neon.ts";
import { schedule } from "./operations.ts";
import { settle } from "./reap.ts";
import { type Reply, refused } from "./reply.ts";
import type { Branch } from "./state.ts";
import { setSwitches, SWITCHES } from "./switches.ts";
import { annotationOnWire, branchOnWire, endpointOnWire, operationOnWire } from "./wire.ts";

type Fields = Readonly<Record<string, unknown>>;
type Control = (neon: Neon, body: Fields, rest: readonly string[]) => Reply | Promise<Reply>;

/** What tests may do to the mock, below `/_control`; no key needed, and never counted as a call. */
export const CONTROLS: Readonly<Record<string, Control>> = {
  "GET calls": (neon) => ok(neon.calls),
  "DELETE calls": (neon) => done(clearCalls(neon.calls)),
  "GET violations": (neon) => ok(neon.violations),
  "GET state": (neon) => ok(describeState(neon)),
  "GET faults": (neon) => ok(neon.faults),
  "POST faults": (neon, body) => done(addFault(neon, body)),
  "DELETE faults": (neon) => done(void (neon.faults.length = 0)),
  "GET switches": (neon) => ok({ positions: neon.switches, table: SWITCHES }),
  "POST switches": (neon, body) => done(setSwitches(neon.switches, body)),
  "GET clock": (neon) => ok({ now: new Date(neon.clock.now()).toISOString() }),
  "POST clock": (neon, body) => done(moveClock(neon, body)),
  "POST rate": (neon, body) => done(setRate(neon, body)),
  "POST branches": (neon, body) => ok(plantBranches(neon, body)),
  "POST operations": (neon, body) => done(startSystemOperation(neon, body)),
  "POST operation-faults": (neon, body) => done(failOperations(neon, body)),
  "POST computes": (neon, _body, rest) => actOnCompute(neon, rest),
};

/** Answers a control call; `path` starts below `/_control/`. */
export async function control(neon: Neon, method: string, path: string, body: unknown): Promise<Reply> {
  const [name = "", ...rest] = path.split("/");
  const handler = CONTROLS[`${method} ${name}`];
  if (handler === undefined) return { status: 404, body: { message: `Known: ${Object.keys(CONTROLS).join(", ")}.` } };
  try {
    return await handler(neon, fields(body, "body"), rest);
  } catch (thrown) {
    return { status: 400, body: { message: thrown instanceof Error ? thrown.message : String(thrown) } };
  }
}

/** Makes branches without a call: past every limit, of any age, for tests that need thousands of them. */
export function plantBranches(neon: Neon, body: Fields): readonly object[] {
  const project = theProject(neon);
  return list(body["branches"], "branches").map((wanted) => {
    const parentId = text(wanted, "parent_id") ?? defaultBranch(project).id;
    const created = neon.clock.now() - (number(wanted, "age_ms", 0, Number.MAX_SAFE_INTEGER) ?? 0);
    const parent = project.branches.get(parentId);
    const fresh = newBranch(neon, project, parent, { name: text(wanted, "name"), parentId, initSource: "parent-data" });
    const expiry = text(wanted, "expires_at");
    const branch: Branch = {
      ...fresh,
      createdAt: created,
      updatedAt: created,
      isProtected: wanted["protected"] === true,
      hiddenReads: 0,
      hiddenLists: 0,
    };
    if (expiry !== undefined) branch.expiresAt = Date.parse(expiry);
    if (wanted["annotation"] !== undefined)
      branch.annotation = { value: wanted["annotation"] as Record<string, string>, createdAt: created };
    becomeReady(neon, branch);
    project.branches.set(branch.id, branch);
    return { id: branch.id, name: branch.name };
  });
}

/** Everything at a glance, deleted branches included. */
export function describeState(neon: Neon): object {
  settle(neon);
  const project = theProject(neon);
  return {
    projectId: project.id,
    home: neon.storage?.home,
    branches: [...project.branches.values()].map((branch) => ({
      ...branchOnWire(neon, branch),
      annotation: annotationOnWire(branch)["value"],
      deleted: branch.deletedAt !== undefined,
    })),
    endpoints: [...project.endpoints.values()].map((endpoint) => endpointOnWire(neon, endpoint, project)),
    running: [...neon.state.active].map((operation) => operationOnWire(neon, operation)),
  };
}

function moveClock(neon: Neon, body: Fields): void {
  const to = text(body, "now");
  if (to !== undefined) neon.clock.set(Date.parse(to));
  neon.clock.advance(number(body, "advanceMs", -1e12, 1e12) ?? 0);
  if (typeof body["frozen"] === "boolean") neon.clock.freeze(body["frozen"]);
  settle(neon);
}

function setRate(neon: Neon, body: Fields): void {
  neon.rate.on = body["on"] !== false;
  neon.rate.perMinute = number(body, "perMinute", 1, 1e9) ?? neon.rate.perMinute;
  neon.rate.perSecondAndRoute = number(body, "perSecondAndRoute", 1, 1e9) ?? neon.rate.perSecondAndRoute;
}

/** Such as Neon's own `check_availability`, which blocks a create now and then. */
function startSystemOperation(neon: Neon, body: Fields): void {
  const action = text(body, "action") ?? "check_availability";
  const durationMs = number(body, "durationMs", 0, 1e9) ?? neon.operationMs;
  schedule(neon, theProject(neon), [{ action }], { durationMs, locksProject: true });
}

function failOperations(neon: Neon, body: Fields): void {
  const status = body["status"] === "error" ? "error" : "failed";
  const action = text(body, "action") ?? "start_compute";
  neon.state.operationFaults.push({ action, status, times: number(body, "times", -1, 1e9) ?? 1 });
}

async function actOnCompute(neon: Neon, [id = "", act = ""]: readonly string[]): Promise<Reply> {
  const endpoint = findEndpoint(theProject(neon), id);
  if (act !== "kill" && act !== "suspend") throw refused(404, "A compute can be told to kill or to suspend.");
  await (act === "kill" ? neon.storage?.kill(endpoint) : neon.storage?.suspend(endpoint));
  enter(neon, endpoint, "idle");
  return ok({ id, state: endpoint.state });
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function done(_nothing: void): Reply {
  return { status: 204 };
}
