import type { Catalog } from "../../src/audit/catalog/catalog.ts";
import { readCatalog } from "../../src/audit/catalog/read.ts";
import type { Change } from "../../src/drift/change.ts";
import { compareCatalogs } from "../../src/drift/compare.ts";
import { messageOf } from "../../src/errors.ts";
import { connect, type Session } from "../../src/postgres/connect.ts";
import { drawFrom } from "./draw.ts";
import { type Ground, onCopy } from "./ground.ts";
import type { Mutation } from "./mutation.ts";

/** How one mutation went. */
export interface Tried {
  readonly seed: number;
  readonly name: string;
  readonly sql: string;
  /** What the comparison said wrongly, or nothing. */
  readonly wrong: readonly string[];
}

/** Statements that Postgres may refuse before a maker is taken for broken. */
const DRAWS = 40;

/** Does the change that a seed stands for to a copy, and judges what is found. */
export function tryMutation(ground: Ground, seed: number): Promise<Tried> {
  return onCopy(ground, `mutant_${seed}`, async (url) => {
    const session = await connect(url);
    try {
      const { name, mutation } = await mutate(session, seed, ground.catalog);
      const changes = compareCatalogs(ground.catalog, await readCatalog(session));
      return { seed, name, sql: mutation.sql, wrong: misjudged(mutation, changes) };
    } finally {
      await session.close();
    }
  });
}

async function mutate(session: Session, seed: number, catalog: Catalog): Promise<{ readonly name: string; readonly mutation: Mutation }> {
  const drawn = drawFrom(seed, catalog);
  const refusals: string[] = [];
  while (refusals.length < DRAWS) {
    const mutation = drawn.next();
    try {
      // Several statements in one message are one transaction, so that a refused one leaves nothing.
      await session.query(mutation.sql);
      return { name: drawn.name, mutation };
    } catch (thrown) {
      refusals.push(`${mutation.sql}: ${messageOf(thrown)}`);
    }
  }
  throw new Error(`Postgres refuses all of "${drawn.name}" (seed ${seed}): ${refusals.at(-1)}`);
}

/** The wanted change must be told, and nothing beside it that has nothing to do with it. */
function misjudged(mutation: Mutation, changes: readonly Change[]): readonly string[] {
  const { change, kind, object, property, spreads } = mutation;
  const hit = changes.find((each) => each.change === change && each.kind === kind && each.object === object);
  if (hit === undefined) return [`not found: ${change} ${kind} ${object}`, ...changes.map((each) => `found: ${tell(each)}`)];
  const properties = hit.differences.map((difference) => difference.property);
  if (property !== undefined && !properties.includes(property)) return [`property not found: ${property}`, `found: ${tell(hit)}`];
  const strangers = spreads === true ? [] : changes.filter((each) => each !== hit);
  return strangers.map((each) => `told beside it: ${tell(each)}`);
}

/** A change in one line. */
export function tell({ change, kind, object, detail }: Change): string {
  return `${change} ${kind} ${object}: ${detail}`;
}
