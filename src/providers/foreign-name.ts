import type { Limits } from "./provider.ts";

/** Reports that the run's name belongs to `what`, such as "A branch x (br-1)", which offshoot did not create. */
export function reportForeign({ emit, onForeign }: Limits, what: string): void {
  const text = `${what} has the name of this run, but not the owner tag of offshoot. It is not the run's database.`;
  if (onForeign === undefined) emit({ kind: "warning", text });
  else onForeign(text);
}
