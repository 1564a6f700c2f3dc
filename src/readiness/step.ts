import type { Session } from "../postgres/connect.ts";
import type { Claim } from "./claim.ts";
import { inNamedStep, leaderError } from "./failure.ts";
import type { MigrateRequest } from "./request.ts";
import { recordSeedEnd, recordSeedStart, type SeedStart, seedFailure } from "./seeds.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Runs one step of the migrations, and reports its start, its end and its time if it has a name. A seed is recorded before
 * and after it runs, and is skipped on a database on which it has run. `run` runs its command and checks the database.
 */
export async function runStep(session: Session, claim: Claim, step: MigrateRequest, run: () => Promise<Verdict>): Promise<Verdict> {
  const { name, emit } = step;
  if (name === undefined) return run();
  const startedAt = performance.now();
  emit({ kind: "phase", phase: "step", state: "start", text: name });
  const { verdict, skipped } = await withSeedRecord(session, claim, step, run);
  const named = verdict.kind === "failed" ? inNamed(verdict, name, step) : verdict;
  const text = skipped ? `${name}: had run on this database before` : name;
  emit({
    kind: "phase",
    phase: "step",
    state: named.kind === "migrated" ? "end" : "failed",
    text,
    ms: Math.round(performance.now() - startedAt),
  });
  return named;
}

async function withSeedRecord(
  session: Session,
  claim: Claim,
  step: MigrateRequest,
  run: () => Promise<Verdict>,
): Promise<{ readonly verdict: Verdict; readonly skipped: boolean }> {
  const { name, seed } = step;
  if (name === undefined || seed === undefined) return { verdict: await run(), skipped: false };
  let start: SeedStart | "lost";
  try {
    start = await recordSeedStart(session, claim, name, seed);
  } catch (error) {
    return { verdict: { kind: "dropped", error }, skipped: false };
  }
  if (start === "lost") return { verdict: { kind: "lost", lost: "another job leads now" }, skipped: false };
  if (start === "done") return { verdict: { kind: "migrated" }, skipped: true };
  if (start !== "started") {
    const failure = seedFailure(start, step.run);
    return { verdict: { kind: "failed", failure, error: leaderError(failure, step) }, skipped: false };
  }
  const verdict = await run();
  if (verdict.kind !== "migrated") return { verdict, skipped: false };
  try {
    const recorded = await recordSeedEnd(session, claim, name);
    return { verdict: recorded ? verdict : { kind: "lost", lost: "another job leads now" }, skipped: false };
  } catch (error) {
    return { verdict: { kind: "dropped", error }, skipped: false };
  }
}

/** Findings are about the whole schema. */
function inNamed(verdict: Extract<Verdict, { kind: "failed" }>, name: string, step: MigrateRequest): Verdict {
  if (verdict.failure.code === "FINDINGS") return verdict;
  const failure = inNamedStep(verdict.failure, name);
  return { kind: "failed", failure, error: leaderError(failure, step) };
}
