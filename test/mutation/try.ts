import type { Change } from "../../src/drift/change.ts";
import type { RepairPlan } from "../../src/repair/plan.ts";
import { messageOf } from "../../src/errors.ts";
import { connect, type Session, withSession } from "../../src/postgres/connect.ts";
import { applyTwiceInside, aside } from "./apply.ts";
import { drawFrom } from "./draw.ts";
import { databaseUrl, type Template, onCopy } from "./template.ts";
import { mismatches } from "./expected-change.ts";
import type { Mutation } from "./mutation.ts";
import { CONVERGED, planFor, repair, type Verdict } from "./repair.ts";

/** How one mutation went. */
export interface Tried {
  readonly seed: number;
  readonly name: string;
  readonly sql: string;
  /** What the comparison said wrongly, or nothing. */
  readonly wrong: readonly string[];
  readonly repair: Verdict;
}

/** Statements that Postgres may refuse before a maker is taken for broken. */
const DRAWS = 40;

/**
 * Does the change that a seed stands for, looks what is found, and repairs it. `session` is on a copy of the ground: what
 * may share a transaction is tried in one that is rolled back, all else on copies of its own.
 */
export async function tryMutation(template: Template, session: Session, seed: number): Promise<Tried> {
  await session.query("begin");
  let mutated: Mutated;
  let quick: Verdict | undefined;
  try {
    mutated = await mutate(session, template, seed);
    quick = await repairInside(session, template, mutated);
  } finally {
    await session.query("rollback");
  }
  const { name, mutation, changes } = mutated;
  const verdict = quick ?? (await repairOnCopy(template, seed, mutation));
  return { seed, name, sql: mutation.sql, wrong: mismatches(mutation, changes), repair: verdict };
}

interface Mutated {
  readonly name: string;
  readonly mutation: Mutation;
  readonly changes: readonly Change[];
  readonly plan: RepairPlan;
}

async function mutate(session: Session, template: Template, seed: number): Promise<Mutated> {
  const drawn = drawFrom(seed, template.catalog);
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
    const { changes, plan } = await aside(session, () => planFor(session, template));
    return { name: drawn.name, mutation, changes, plan: plan(new Map()) };
  }
  throw new Error(`Postgres refuses all of "${drawn.name}" (seed ${seed}): ${refusal}`);
}

/** Undefined where a transaction can't tell: for steps that can't share one, and for whatever doesn't go smoothly. */
async function repairInside(session: Session, { catalog }: Template, { plan }: Mutated): Promise<Verdict | undefined> {
  if (plan.unrepaired.length > 0 || plan.steps.some(({ alone }) => alone)) return undefined;
  const { remaining: left, faults } = await applyTwiceInside(session, plan.steps, catalog);
  return left.length + faults.length === 0 ? CONVERGED : undefined;
}

/** On a copy of the ground, where what can't share a transaction runs too. */
function repairOnCopy(template: Template, seed: number, { sql }: Mutation): Promise<Verdict> {
  const name = `drifted_${seed}`;
  return onCopy(template.serverUrl, template.template, name, async (url) => {
    await withSession(url, (session) => session.query(sql));
    return repair(template, { serverUrl: template.serverUrl, name });
  });
}

/** A session on a copy for `tryMutation`, closed and dropped afterwards. */
export function withWorkCopy<T>(template: Template, work: (session: Session) => Promise<T>): Promise<T> {
  return onCopy(template.serverUrl, template.template, `${template.template}_work`, async () => {
    const session = await connect(databaseUrl(template.serverUrl, `${template.template}_work`));
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  });
}
