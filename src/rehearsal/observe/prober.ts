import { codeOf } from "../../errors.ts";
import { identifier } from "../../postgres/identifier.ts";
import type { Session } from "../../postgres/session.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { type Access, blocks, LOCK_MODES, type LockMode, stronger } from "./lock-modes.ts";
import type { Moment } from "./recording.ts";
import { FIRST_OWN_ID, type Relation } from "./relations.ts";
import type { Sample } from "./sample.ts";

/** One attempt to lock a table as a reader or a writer does, which does not wait. */
export interface Probe {
  readonly relation: number;
  readonly access: Access;
  readonly fromMs: Moment;
  readonly toMs: Moment;
  /** `refused`: this role must not lock the table. */
  readonly answer: "blocked" | "free" | "refused";
}

/** Checks from outside what the samples mean. */
export interface Prober {
  /** A look showed this: perhaps one table is probed now. */
  seen(sample: Sample): void;
  stop(): Promise<readonly Probe[]>;
}

export interface ProberOptions {
  /** A session of its own. */
  readonly session: Session;
  readonly relations: ReadonlyMap<number, Relation>;
  readonly now: () => Moment;
  /** Whether a lock of the weakest mode for a millisecond cannot make the command fail. */
  readonly mayLock: () => boolean;
}

/** Two probes are this far apart at least. */
const APART_MS = 100;
const MOST_PROBES = 200;
const MODES: Readonly<Record<Access, string>> = { read: "access share", write: "row exclusive" };
/** A lock of these modes is not probed for being free: nobody can mistake it. */
const WEAK: ReadonlySet<LockMode> = new Set(LOCK_MODES.slice(0, 3));

/**
 * Starts to probe. A probe is one message, which is a transaction of its own that only reads: `lock table … nowait`. It never
 * waits for a table, and a lock that it gets is released at the end of the message. Time limits end it where a catalog is locked.
 */
export async function startProber({ session, relations, now, mayLock }: ProberOptions): Promise<Prober> {
  await session.query("set lock_timeout = 20; set statement_timeout = 200");
  const probes: Probe[] = [];
  const refused = new Set<string>();
  const lastProbes = new Map<string, Moment>();
  let running: Promise<void> | undefined;
  let lastMs = -Infinity;
  const probe = async (relation: Relation, access: Access): Promise<void> => {
    const fromMs = now();
    const name = `${identifier(relation.schema)}.${identifier(relation.name)}`;
    const code = await session
      .query(`set transaction read only; lock table only ${name} in ${MODES[access]} mode nowait`)
      .then(() => undefined, codeOf);
    const answer = code === undefined ? "free" : ANSWERS.get(code);
    if (answer !== undefined) probes.push({ relation: relation.id, access, fromMs, toMs: now(), answer });
    if (answer === "refused") refused.add(keyOf({ relation, access }));
  };
  return {
    seen(sample) {
      if (running !== undefined || session.lost.aborted || probes.length >= MOST_PROBES || now() - lastMs < APART_MS) return;
      const [next] = candidatesIn(sample, relations)
        .filter((each) => !refused.has(keyOf(each)) && (each.isBlocked || mayLock()))
        .toSorted((one, other) => (lastProbes.get(keyOf(one)) ?? 0) - (lastProbes.get(keyOf(other)) ?? 0));
      if (next === undefined) return;
      lastMs = now();
      lastProbes.set(keyOf(next), lastMs);
      running = probe(next.relation, next.access).finally(() => (running = undefined));
    },
    async stop() {
      await running;
      return probes;
    },
  };
}

const ANSWERS: ReadonlyMap<string, Probe["answer"]> = new Map([
  [SQLSTATE.lockNotAvailable, "blocked"],
  [SQLSTATE.insufficientPrivilege, "refused"],
]);

interface Candidate {
  readonly relation: Relation;
  readonly access: Access;
  /** Whether the locks of the sample block it. */
  readonly isBlocked: boolean;
}

function keyOf({ relation, access }: Pick<Candidate, "relation" | "access">): string {
  return `${relation.id} ${access}`;
}

/** What can be probed: only tables can be locked by a statement. Of a catalog that somebody locks, a probe itself reads. */
function candidatesIn({ locks }: Sample, relations: ReadonlyMap<number, Relation>): readonly Candidate[] {
  const modes = new Map<number, LockMode>();
  for (const { relation, mode, granted } of locks) if (granted) modes.set(relation, stronger(modes.get(relation), mode));
  return [...modes].flatMap(([id, mode]) => {
    const relation = relations.get(id);
    if (relation === undefined || id < FIRST_OWN_ID || !["r", "p"].includes(relation.kind) || WEAK.has(mode)) return [];
    return (["read", "write"] as const).map((access) => ({ relation, access, isBlocked: blocks(mode, access) }));
  });
}
