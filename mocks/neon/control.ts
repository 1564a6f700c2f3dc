import { list, fields, text, number } from "./request-body.ts";
import { clearCallLog } from "./call-log.ts";
import { addFault } from "./faults.ts";
import { markArchived } from "./branch/archive.ts";
import { markReady, newBranch } from "./branch/create.ts";
import { setState } from "./endpoint.ts";
import { defaultBranch, findEndpoint, findProject } from "./find.ts";
import { type Neon, theProject } from "./neon.ts";
import { schedule } from "./operations.ts";
import { advance } from "./advance.ts";
import { type Reply, refused } from "./reply.ts";
import type { Branch } from "./state.ts";
import { setSwitches, SWITCHES } from "./switches.ts";
import { annotationJson, branchJson, endpointJson, operationJson } from "./json.ts";

type Fields = Readonly<Record<string, unknown>>;
type Control = (neon: Neon, body: Fields, rest: readonly string[]) => Reply | Promise<Reply>;

/** The routes below `/_control`, for tests. They need no key, and are not counted as calls. */
export const CONTROL_ROUTES: Readonly<Record<string, Control>> = {
  "GET calls": (neon) => ok(neon.calls),
  "DELETE calls": (neon) => done(clearCallLog(neon.calls)),
  "GET violations": (neon) => ok(neon.violations),
  "GET state": (neon) => ok(describeState(neon)),
  "GET faults": (neon) => ok(neon.faults),
  "POST faults": (neon, body) => done(addFault(neon.faults, body)),
  "DELETE faults": (neon) => done(void (neon.faults.length = 0)),
  "GET switches": (neon) => ok({ positions: neon.switches, table: SWITCHES }),
  "POST switches": (neon, body) => done(setSwitches(neon.switches, body)),
  "GET clock": (neon) => ok({ now: new Date(neon.clock.now()).toISOString() }),
  "POST clock": (neon, body) => done(moveClock(neon, body)),
  "POST rate": (neon, body) => done(setRate(neon, body)),
  "POST branches": (neon, body) => ok(insertBranches(neon, body)),
  "POST projects": (neon, body, [id = ""]) => done(void (findProject(neon, id).isShared = body["shared"] === true)),
  "POST operations": (neon, body) => done(startSystemOperation(neon, body)),
  "POST operation-faults": (neon, body) => done(failOperations(neon, body)),
  "POST computes": (neon, _body, rest) => actOnCompute(neon, rest),
};

/** Answers a control call; `path` starts below `/_control/`. */
export async function control(neon: Neon, method: string, path: string, body: unknown): Promise<Reply> {
  const [name = "", ...rest] = path.split("/");
  const handler = CONTROL_ROUTES[`${method} ${name}`];
  if (handler === undefined)
    return { status: 404, body: { message: `Unknown control route. Known routes: ${Object.keys(CONTROL_ROUTES).join(", ")}.` } };
  try {
    return await handler(neon, fields(body, "body"), rest);
  } catch (thrown) {
    return { status: 400, body: { message: thrown instanceof Error ? thrown.message : String(thrown) } };
  }
}

/** Inserts branches without a call: without limits and with any age, for tests that need thousands of branches. */
export function insertBranches(neon: Neon, body: Fields): readonly object[] {
  const project = theProject(neon);
  return list(body["branches"], "branches").map((request) => {
    const parentId = text(request, "parent_id") ?? defaultBranch(project).id;
    const created = neon.clock.now() - (number(request, "age_ms", 0, Number.MAX_SAFE_INTEGER) ?? 0);
    const parent = project.branches.get(parentId);
    const fresh = newBranch(neon, project, parent, { name: text(request, "name"), parentId, initSource: "parent-data" });
    const expiry = text(request, "expires_at");
    const branch: Branch = {
      ...fresh,
      createdAt: created,
      updatedAt: created,
      isProtected: request["protected"] === true,
      hiddenReads: 0,
      hiddenLists: 0,
    };
    if (expiry !== undefined) branch.expiresAt = Date.parse(expiry);
    if (request["annotation"] !== undefined)
      branch.annotation = { value: request["annotation"] as Record<string, string>, createdAt: created };
    if (request["archived"] === true) markArchived(neon, branch);
    else markReady(neon, branch);
    project.branches.set(branch.id, branch);
    if (parent !== undefined) neon.storage?.inherit(branch, parent);
    return { id: branch.id, name: branch.name };
  });
}

/** The whole state, with the deleted branches. */
export function describeState(neon: Neon): object {
  advance(neon);
  const project = theProject(neon);
  return {
    projectId: project.id,
    home: neon.storage?.home,
    branches: [...project.branches.values()].map((branch) => ({
      ...branchJson(neon, branch),
      annotation: annotationJson(branch)["value"],
      deleted: branch.deletedAt !== undefined,
    })),
    endpoints: [...project.endpoints.values()].map((endpoint) => endpointJson(neon, endpoint, project)),
    running: [...neon.state.active].map((operation) => operationJson(neon, operation)),
  };
}

function moveClock(neon: Neon, body: Fields): void {
  const to = text(body, "now");
  if (to !== undefined) neon.clock.set(Date.parse(to));
  neon.clock.advance(number(body, "advanceMs", -1e12, 1e12) ?? 0);
  if (typeof body["frozen"] === "boolean") neon.clock.freeze(body["frozen"]);
  advance(neon);
}

function setRate(neon: Neon, body: Fields): void {
  neon.rate.on = body["on"] !== false;
  neon.rate.perMinute = number(body, "perMinute", 1, 1e9) ?? neon.rate.perMinute;
  neon.rate.perSecondAndRoute = number(body, "perSecondAndRoute", 1, 1e9) ?? neon.rate.perSecondAndRoute;
}

/** An operation that Neon starts itself, such as `check_availability`, which sometimes blocks a create. */
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

async function actOnCompute(neon: Neon, [id = "", action = ""]: readonly string[]): Promise<Reply> {
  const endpoint = findEndpoint(theProject(neon), id);
  if (action !== "kill" && action !== "suspend") throw refused(404, "Use computes/<endpoint id>/kill or computes/<endpoint id>/suspend.");
  await (action === "kill" ? neon.storage?.kill(endpoint) : neon.storage?.suspend(endpoint));
  setState(neon, endpoint, "idle");
  return ok({ id, state: endpoint.state });
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function done(_nothing: void): Reply {
  return { status: 204 };
}
