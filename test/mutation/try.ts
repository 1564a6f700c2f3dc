import { compareCatalogs } from "../../src/drift/compare.ts";
import type { Change } from "../../src/drift/change.ts";
import { DEFAULT_NORMALISATIONS } from "../../src/drift/normalise.ts";
import type { Side } from "../../src/drift/repair/lookup.ts";
import { planRepair, type RepairPlan, type Unrepaired } from "../../src/drift/repair/plan.ts";
import { tryTwice } from "../../src/drift/repair/prove.ts";
import { readRows } from "../../src/drift/repair/rows.ts";
import { settle } from "../../src/drift/repair/settle.ts";
import { messageOf } from "../../src/errors.ts";
import { connect, type Session, withSession } from "../../src/postgres/connect.ts";
import { applyTwice, applyTwiceInside, aside } from "./apply.ts";
import { drawFrom } from "./draw.ts";
import { databaseUrl, type Ground, onCopy, readSide } from "./ground.ts";
import { misjudged, tell } from "./judge.ts";
import type { Mutation } from "./mutation.ts";

/** How one mutation went. */
export interface Tried {
  readonly seed: number;
  readonly name: string;
  readonly sql: string;
  /** What the comparison said wrongly, or nothing. */
  readonly wrong: readonly string[];
  readonly repair: Verdict;
}

/**
 * What became of the repair. `told`: something is left alone, each with its reason. `wrong`: it was offered, and it
 * fails, leaves a difference that it doesn't tell, or does something again when it runs again.
 */
export interface Verdict {
  readonly kind: "converged" | "told" | "wrong";
  readonly why: readonly string[];
}

/** Statements that Postgres may refuse before a maker is taken for broken. */
const DRAWS = 40;

const CONVERGED: Verdict = { kind: "converged", why: [] };

/**
 * Does the change that a seed stands for, looks what is found, and repairs it. `session` is on a copy of the ground: what
 * may share a transaction is tried in one that is rolled back, all else on copies of its own.
 */
export async function tryMutation(ground: Ground, session: Session, seed: number): Promise<Tried> {
  await session.query("begin");
  let mutated: Mutated;
  let quick: Verdict | undefined;
  try {
    mutated = await mutate(session, ground, seed);
    quick = await repairInside(session, ground, mutated);
  } finally {
    await session.query("rollback");
  }
  const { name, mutation, changes } = mutated;
  const repair = quick ?? (await repairOnCopy(ground, seed, mutation));
  return { seed, name, sql: mutation.sql, wrong: misjudged(mutation, changes), repair };
}

interface Mutated {
  readonly name: string;
  readonly mutation: Mutation;
  readonly changes: readonly Change[];
  readonly plan: RepairPlan;
}

async function mutate(session: Session, ground: Ground, seed: number): Promise<Mutated> {
  const drawn = drawFrom(seed, ground.catalog);
  let refusal = "";
  for (let draws = 0; draws < DRAWS; draws += 1) {
    const mutation = drawn.next();
    await session.query("savepoint before");
    try {
      await session.query(mutation.sql);
    } catch (thrown) {
      refusal = `${mutation.sql}: ${messageOf(thrown)}`;
      await session.query("rollback to savepoint before");
      continue;
    }
    const { changes, plan } = await aside(session, () => planFor(session, ground));
    return { name: drawn.name, mutation, changes, plan: plan(new Map()) };
  }
  throw new Error(`Postgres refuses all of "${drawn.name}" (seed ${seed}): ${refusal}`);
}

type Planner = (refused: ReadonlyMap<string, string>) => RepairPlan;

async function planFor(session: Session, ground: Side): Promise<{ readonly changes: readonly Change[]; readonly plan: Planner }> {
  const actual = await readSide(session);
  const changes = compareCatalogs(ground.catalog, actual.catalog);
  const rows = await readRows(session, ground.catalog, actual.catalog, changes);
  return { changes, plan: (refused) => planRepair(ground, actual, changes, { rows, refused }) };
}

/** Undefined where a transaction can't tell: for steps that can't share one, and for whatever doesn't go smoothly. */
async function repairInside(session: Session, { catalog }: Ground, { plan }: Mutated): Promise<Verdict | undefined> {
  if (plan.unrepaired.length > 0 || plan.steps.some(({ alone }) => alone)) return undefined;
  const { left, faults } = await applyTwiceInside(session, plan.steps, catalog);
  return left.length + faults.length === 0 ? CONVERGED : undefined;
}

/** As the product does: the plan is proved on copies of the drifted database, and what is offered then is held to its word. */
async function repairOnCopy(ground: Ground, seed: number, { sql }: Mutation): Promise<Verdict> {
  const { serverUrl, template, catalog } = ground;
  const drifted = `drifted_${seed}`;
  return onCopy(serverUrl, template, drifted, async (url) => {
    const { plan } = await withSession(url, async (session) => {
      await session.query(sql);
      return planFor(session, ground);
    });
    let copies = 0;
    const settled = await settle(
      plan,
      (steps) =>
        onCopy(serverUrl, drifted, `${drifted}_${(copies += 1)}`, (copy) =>
          tryTwice(copy, steps, { expected: catalog, normalisations: DEFAULT_NORMALISATIONS }),
        ),
      true,
    );
    if (settled.plan === undefined) return { kind: "told", why: [settled.reason ?? ""] };
    const { steps, unrepaired } = settled.plan;
    const { left, faults } = await withSession(url, (session) => applyTwice(session, steps, catalog));
    const untold = left.filter((change) => !isTold(change, unrepaired)).map((change) => `left without a word: ${tell(change)}`);
    if (faults.length + untold.length > 0) return { kind: "wrong", why: [...faults, ...untold] };
    const reasons = unrepaired.map(({ change, reason }) => `${change.change} ${change.kind} ${change.object}: ${reason}`);
    return reasons.length === 0 ? CONVERGED : { kind: "told", why: reasons };
  });
}

function isTold({ kind, object }: Change, unrepaired: readonly Unrepaired[]): boolean {
  return unrepaired.some(({ change, reason }) => change.kind === kind && change.object === object && reason !== "");
}

/** A session on a copy for `tryMutation`, closed and dropped afterwards. */
export function onGround<T>(ground: Ground, work: (session: Session) => Promise<T>): Promise<T> {
  return onCopy(ground.serverUrl, ground.template, `${ground.template}_work`, async () => {
    const session = await connect(databaseUrl(ground.serverUrl, `${ground.template}_work`));
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  });
}
