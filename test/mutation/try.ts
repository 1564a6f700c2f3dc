import type { Change } from "../../src/drift/change.ts";
import type { RepairPlan } from "../../src/repair/plan.ts";
import { messageOf } from "../../src/errors.ts";
import { connect, type Session, withSession } from "../support/session.ts";
import { applyTwiceInside, withSavepoint } from "./apply.ts";
import { drawFrom } from "./draw.ts";
import { databaseUrl, type Template, onCopy } from "./template.ts";
import { mismatches } from "./expected-change.ts";
import type { Mutation } from "./mutation.ts";
import { CONVERGED, planFor, repair, type Verdict } from "./repair.ts";

/** The result of one mutation. */
export interface Tried {
  readonly seed: number;
  readonly name: string;
  readonly sql: string;
  /** The problems of the comparison; empty if it is right. */
  readonly wrong: readonly string[];
  readonly repair: Verdict;
}

/** The number of statements that Postgres can refuse before the kind counts as broken. */
const DRAWS = 40;

/**
 * Makes the change of a seed, compares, and repairs. `session` is connected to a copy of the template. Steps that can share
 * a transaction run in one that is rolled back; others run on separate copies.
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
    const { changes, plan } = await withSavepoint(session, () => planFor(session, template));
    return { name: drawn.name, mutation, changes, plan: plan(new Map()) };
  }
  throw new Error(`Postgres refused every statement of "${drawn.name}" (seed ${seed}): ${refusal}`);
}

/** Undefined if a transaction cannot show the result: some steps cannot share one, or something failed. */
async function repairInside(session: Session, { catalog }: Template, { plan }: Mutated): Promise<Verdict | undefined> {
  if (plan.unrepaired.length > 0 || plan.steps.some(({ alone }) => alone)) return undefined;
  const { remaining: left, faults } = await applyTwiceInside(session, plan.steps, catalog);
  return left.length + faults.length === 0 ? CONVERGED : undefined;
}

/** On a copy of the template, where steps outside of a transaction can run too. */
async function repairOnCopy(template: Template, seed: number, { sql }: Mutation): Promise<Verdict> {
  const verdict = await repairAfter(template, `drifted_${seed}`, sql);
  if (verdict.kind !== "reported" || !verdict.why.some((reason) => NEEDS_ROWS.test(reason))) return verdict;
  const empty = await repairAfter(template, `drifted_${seed}`, `${sql}; ${WITHOUT_ROWS}`);
  return empty.kind === "converged" ? { ...verdict, onlyWithRows: true } : verdict;
}

/** A column without values, or a foreign key to rows of a table that was dropped. */
const NEEDS_ROWS = /they need a backfill|violates foreign key constraint/;

/** Which draw meets a table with rows is chance, so that a kind is not judged by it. */
const WITHOUT_ROWS = `do $$declare name text; begin
  for name in select oid::regclass::text from pg_class where relkind in ('r', 'p') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' loop
    execute format('truncate table %s cascade', name);
  end loop;
end$$`;

function repairAfter(template: Template, name: string, sql: string): Promise<Verdict> {
  return onCopy(template.serverUrl, template.template, name, async (url) => {
    await withSession(url, (session) => session.query(sql));
    return repair(template, { serverUrl: template.serverUrl, name });
  });
}

/** Opens a session on a copy for `tryMutation`. It is closed and the copy dropped afterwards. */
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
