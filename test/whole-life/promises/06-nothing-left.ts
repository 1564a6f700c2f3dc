import { type Check, verdict } from "../outcome.ts";

/** Nothing left behind: what a job leaves has an expiry or is named in an output, and `down` or the sweep deletes it. */
export const nothingLeft: Check = ({ remaining, left, ends, cleaning }) => {
  const output = ends.map(({ stdout, stderr }) => stdout + stderr).join("\n");
  return verdict([
    ...remaining.map(({ name, expires }) =>
      expires !== undefined || output.includes(name) ? undefined : `${name} was left without an expiry, and no output names it`,
    ),
    ...cleaning.map(() => undefined),
    left.length === 0
      ? undefined
      : `after the cleaning there is still ${left.map(({ name, expires }) => `${name} (expires ${expires?.toISOString() ?? "never"})`).join(", ")}`,
  ]);
};
