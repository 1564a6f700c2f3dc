import { type Check, verdict } from "../outcome.ts";

/** Every command may be repeated: a second `down` or sweep succeeds as the first one did. */
export const repeatable: Check = ({ cleaning }) =>
  verdict(cleaning.map(({ name, code, stderr }) => (code === 0 ? undefined : `${name} ended with ${code}: ${stderr.trim().slice(-300)}`)));
