import { type OwnerTag, timestamp } from "./owner-tag.ts";

/** A difference that a slow network can cause, in milliseconds. */
const NOTHING_MS = 2000;

/** From this difference on the user should know, in milliseconds. */
const WRONG_MS = 5 * 60_000;

/** How far the clock of a server is ahead of this machine's, in milliseconds. 0 for a difference that does not matter. */
export function skewOf(server: Date, here: Date): number {
  const skewMs = server.getTime() - here.getTime();
  return Math.abs(skewMs) < NOTHING_MS ? 0 : skewMs;
}

/** The tag with the times of the server's clock. Every expiry is measured by that clock. */
export function shiftTag(tag: OwnerTag, skewMs: number): OwnerTag {
  const shift = (time: string): string => timestamp(new Date(Date.parse(time) + skewMs));
  return skewMs === 0 ? tag : { ...tag, created: shift(tag.created), expires: tag.expires === undefined ? undefined : shift(tag.expires) };
}

/** A warning when the clock of this machine is wrong by minutes or more; undefined otherwise. `server` is named in it. */
export function clockWarning(skewMs: number, server: string): string | undefined {
  if (Math.abs(skewMs) < WRONG_MS) return undefined;
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const amount = minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1).replace(/\.0$/, "")} h`;
  return `The clock of this machine is ${amount} ${skewMs > 0 ? "behind" : "ahead of"} that of ${server}. Expiry times follow the server's clock. Correct the clock of this machine.`;
}
