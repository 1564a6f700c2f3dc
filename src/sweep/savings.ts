import type { Planned } from "./plan.ts";

/** What one reason would delete or let expire. */
export interface Saving {
  /** The code of the reason, or `total`. */
  readonly reason: string;
  readonly count: number;
  /** The sum of the known sizes, in bytes. On Neon these are logical sizes: branches share storage with their parents. */
  readonly sizeBytes: number;
  readonly oldestAt: Date | undefined;
}

/** What a plan saves, by reason, with a total as the last entry; empty for a plan that deletes nothing. */
export function savingsOf(planned: readonly Planned[]): readonly Saving[] {
  if (planned.length === 0) return [];
  const codes = [...new Set(planned.map(({ reason }) => reason.code))];
  const parts = codes.map((code) =>
    saving(
      code,
      planned.filter(({ reason }) => reason.code === code),
    ),
  );
  return [...parts, saving("total", planned)];
}

function saving(reason: string, planned: readonly Planned[]): Saving {
  const oldest = planned.flatMap(({ listed }) => listed.createdAt?.getTime() ?? []).reduce((first, ms) => Math.min(first, ms), Infinity);
  return {
    reason,
    count: planned.length,
    sizeBytes: planned.reduce((sum, { listed }) => sum + (listed.sizeBytes ?? 0), 0),
    oldestAt: Number.isFinite(oldest) ? new Date(oldest) : undefined,
  };
}
