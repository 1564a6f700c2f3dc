import type { Neon } from "./neon.ts";
import { refused } from "./reply.ts";
import type { Branch, Operation, Project } from "./state.ts";

/** One operation that a call starts. */
export interface Step {
  readonly action: string;
  readonly branchId?: string | undefined;
  readonly endpointId?: string | undefined;
  /** The work on the Postgres server, with `--postgres`. The operation does not finish before it. */
  readonly work?: (() => Promise<void>) | undefined;
  /** Changes the state when the operation is finished. */
  readonly done?: (() => void) | undefined;
}

interface Running {
  readonly operation: Operation;
  readonly step: Step;
  readonly after: Operation | undefined;
  work: "none" | "running" | "done" | Error;
}

const running = new WeakMap<Operation, Running>();

/**
 * Starts operations that run one after another: the first runs at once, the others are scheduled. Together they take the
 * mock's operation time, or longer if their work takes longer.
 */
export function schedule(
  neon: Neon,
  project: Project,
  steps: readonly Step[],
  options: { durationMs?: number; locksProject?: boolean } = {},
) {
  const now = neon.clock.now();
  const scheduled: Operation[] = [];
  for (const step of steps) {
    const operation: Operation = {
      id: neon.ids.uuid(),
      projectId: project.id,
      branchId: step.branchId,
      endpointId: step.endpointId,
      action: step.action,
      status: "scheduling",
      error: undefined,
      createdAt: now,
      updatedAt: now,
      startedAt: undefined,
      durationMs: (options.durationMs ?? neon.operationMs) / steps.length,
      locksProject: options.locksProject ?? false,
    };
    const entry: Running = { operation, step, after: scheduled.at(-1), work: "none" };
    running.set(operation, entry);
    neon.state.operations.set(operation.id, operation);
    neon.state.active.add(operation);
    if (scheduled.length === 0) begin(neon, entry, now);
    scheduled.push(operation);
  }
  return scheduled;
}

/** Brings every operation to the time of the clock. */
export function advanceOperations(neon: Neon): void {
  for (const operation of neon.state.active) {
    const entry = running.get(operation);
    if (entry === undefined) continue;
    const { after } = entry;
    if (operation.status === "scheduling" && after?.status === "finished") begin(neon, entry, after.updatedAt);
    else if (operation.status === "scheduling" && after !== undefined && isFinal(after)) finish(neon, entry, "cancelled", after.updatedAt);
    if (operation.status === "running") finishIfDue(neon, entry);
  }
}

function begin(neon: Neon, entry: Running, at: number): void {
  const { operation, step } = entry;
  operation.status = "running";
  operation.startedAt = at;
  operation.updatedAt = at;
  if (neon.storage === undefined || step.work === undefined) return;
  entry.work = "running";
  const setOutcome = (outcome: "done" | Error) => {
    entry.work = outcome;
  };
  step.work().then(
    () => setOutcome("done"),
    (thrown: unknown) => setOutcome(thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
}

function finishIfDue(neon: Neon, entry: Running): void {
  const { operation } = entry;
  const end = (operation.startedAt ?? 0) + operation.durationMs;
  if (entry.work === "running" || neon.clock.now() < end) return;
  const fault = neon.state.operationFaults.find((candidate) => candidate.action === operation.action && candidate.times !== 0);
  if (fault !== undefined) fault.times -= 1;
  if (entry.work instanceof Error) operation.error = entry.work.message;
  else if (fault !== undefined) operation.error = "injected failure";
  if (operation.error !== undefined) finish(neon, entry, fault?.status ?? "failed", end);
  // An operation with real work ends when the work ends. Every other operation ends on time, even if it is read later.
  else finish(neon, entry, "finished", entry.work === "done" ? Math.max(end, neon.clock.now()) : end);
}

function finish(neon: Neon, entry: Running, status: Operation["status"], at: number): void {
  entry.operation.status = status;
  entry.operation.updatedAt = at;
  neon.state.active.delete(entry.operation);
  if (status === "finished") entry.step.done?.();
}

export function isFinal(operation: Operation): boolean {
  return operation.status !== "scheduling" && operation.status !== "running";
}

/** Refuses with 423 while an operation runs that conflicts with a change of `branch`. */
export function refuseWhenLocked(neon: Neon, project: Project, branch: Branch | undefined): void {
  const { conflicts } = neon.switches;
  for (const operation of neon.state.active) {
    if (operation.projectId !== project.id) continue;
    const conflict =
      operation.locksProject ||
      conflicts === "project" ||
      (conflicts === "branch" && branch !== undefined && operation.branchId === branch.id);
    if (conflict) throw refused(423, "project already has running conflicting operations, scheduling of new ones is prohibited");
  }
}
