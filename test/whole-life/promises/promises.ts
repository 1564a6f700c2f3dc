import type { Check, Outcome } from "../outcome.ts";
import { oneDatabase } from "./01-one-database.ts";
import { connectable } from "./02-connectable.ts";
import { once } from "./03-once.ts";
import { nobodyEarly } from "./04-nobody-early.ts";
import { noZombie } from "./05-no-zombie.ts";
import { nothingLeft } from "./06-nothing-left.ts";
import { nothingOfOthers } from "./07-nothing-of-others.ts";
import { noSecret } from "./08-no-secret.ts";
import { fallbackReported } from "./09-fallback-reported.ts";
import { repeatable } from "./10-repeatable.ts";
import { nothingTrusted } from "./11-nothing-trusted.ts";
import { successSeen } from "./12-success-seen.ts";

/** The twelve promises, by number. */
export const PROMISES: Readonly<Record<string, Check>> = {
  "1 one database": oneDatabase,
  "2 connectable": connectable,
  "3 migrations once": once,
  "4 nobody early, nobody hangs": nobodyEarly,
  "5 no zombie": noZombie,
  "6 nothing left": nothingLeft,
  "7 nothing of others": nothingOfOthers,
  "8 no secret": noSecret,
  "9 fallback reported": fallbackReported,
  "10 repeatable": repeatable,
  "11 nothing trusted": nothingTrusted,
  "12 success seen": successSeen,
};

/** How many facts each promise checked, and what is broken. */
export function judge(outcome: Outcome): { readonly checked: Readonly<Record<string, number>>; readonly broken: readonly string[] } {
  const verdicts = Object.entries(PROMISES).map(([name, check]) => ({ name, ...check(outcome) }));
  return {
    checked: Object.fromEntries(verdicts.map(({ name, checked }) => [name, checked])),
    broken: verdicts.flatMap(({ name, broken }) => broken.map((what) => `promise ${name}: ${what}`)),
  };
}
