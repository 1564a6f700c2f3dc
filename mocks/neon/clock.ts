/** The mock's own time, in milliseconds since the epoch. It runs with the machine's clock, and can be moved and stopped. */
export interface Clock {
  now(): number;
  advance(ms: number): void;
  set(epochMs: number): void;
  freeze(frozen: boolean): void;
}

/** A clock that starts at `start`. A frozen clock moves only with `advance` and `set`. */
export function createClock(options: { readonly start?: number; readonly frozen?: boolean } = {}): Clock {
  let offset = (options.start ?? Date.now()) - Date.now();
  let frozenAt = options.frozen ? (options.start ?? Date.now()) : undefined;
  const now = (): number => frozenAt ?? Date.now() + offset;
  const set = (epochMs: number): void => {
    if (frozenAt !== undefined) frozenAt = epochMs;
    offset = epochMs - Date.now();
  };
  return {
    now,
    set,
    advance: (ms) => set(now() + ms),
    freeze(frozen) {
      const current = now();
      frozenAt = frozen ? current : undefined;
      offset = current - Date.now();
    },
  };
}
