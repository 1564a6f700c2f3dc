const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** A size for people: `8 kB`, `1.2 GB`. */
export function formatSize(bytes: number): string {
  let [value, unit] = [Math.abs(bytes), 0];
  for (; value >= 1000 && unit < UNITS.length - 1; unit += 1) value /= 1024;
  const text = unit === 0 || value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
  return `${bytes < 0 ? "-" : ""}${text} ${UNITS[unit]}`;
}

/** A number of rows for people: `870`, `12 thousand`, `1.5 million`; `unknown` for a negative number. */
export function formatRows(rows: number): string {
  if (rows < 0) return "unknown";
  if (rows < 10_000) return String(Math.round(rows));
  if (rows < 1_000_000) return `${Math.round(rows / 1000)} thousand`;
  return `${Math.round(rows / 100_000) / 10} million`;
}

/** A wait for people: `40 ms`, `2.5 s`, `3 min 05 s`. */
export function formatWait(ms: number, elapsed: (ms: number) => string): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : elapsed(ms);
}
