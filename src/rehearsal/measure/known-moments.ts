import type { Observed } from "../observe/observe.ts";
import type { KnownMoments } from "../observe/spans.ts";
import { changesSchema } from "../sql/kinds.ts";
import type { PartsOf, StatementPart } from "./parts.ts";

/** When statements start and transactions end, for each process of the server. Pure. */
export function knownMoments({ recording, pids }: Observed<unknown>, partsOf: PartsOf): ReadonlyMap<number, KnownMoments> {
  const known = new Map([...pids.values()].map((pid) => [pid, newMoments()] as const));
  const of = (session: string): ReturnType<typeof newMoments> | undefined => known.get(pids.get(session) ?? 0);
  for (const sent of recording.statements) {
    const { session, startMs } = sent;
    const moments = of(session);
    const parts = partsOf(sent);
    moments?.starts.push(startMs);
    if (isVague(parts)) moments?.vague.add(startMs);
    if (parts.some(({ kind }) => changesSchema(kind))) moments?.changing.add(startMs);
  }
  for (const { session, endMs } of recording.transactions) if (endMs !== undefined) of(session)?.ends.push(endMs);
  return known;
}

function newMoments(): {
  readonly starts: number[];
  readonly ends: number[];
  readonly vague: Set<number>;
  readonly changing: Set<number>;
} {
  return { starts: [], ends: [], vague: new Set(), changing: new Set() };
}

/** Whether the message is more than one statement that locks its table at its start. */
function isVague([first, second]: readonly StatementPart[]): boolean {
  return second !== undefined || first?.kind === "other" || first?.kind === "read";
}
