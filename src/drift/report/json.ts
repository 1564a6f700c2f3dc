import type { Compared } from "./compared.ts";

/** For programs: one line with all that is known. */
export function json(compared: Compared): string {
  return `${JSON.stringify(compared)}\n`;
}
