const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

const SHAPE = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration such as `500ms`, `45s`, `90m`, `1h30m` or `3d`: whole numbers with units, longest unit first.
 * Undefined for any other text, for zero, and for more than `Number.MAX_SAFE_INTEGER` milliseconds.
 */
export function parseDuration(text: string): number | undefined {
  const amounts = SHAPE.exec(text)?.slice(1);
  if (amounts === undefined) return undefined;
  const ms = UNITS.reduce((sum, [, unitMs], index) => sum + Number(amounts[index] ?? 0) * unitMs, 0);
  return ms > 0 && Number.isSafeInteger(ms) ? ms : undefined;
}

/** The shortest text that `parseDuration` reads as `ms`: `2h`, `1h30m`, `850ms`. Fractions of a millisecond are ignored. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.trunc(ms));
  let text = "";
  for (const [unit, unitMs] of UNITS) {
    const amount = Math.floor(rest / unitMs);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * unitMs;
  }
  return text === "" ? "0s" : text;
}

/** A measured time for messages: `0.8 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatElapsed(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

function twoDigits(amount: number): string {
  return String(amount).padStart(2, "0");
}
