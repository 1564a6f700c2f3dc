/**
 * A process that keeps a job's share in its database from the action's step to its post step: the runner starts a
 * process of its own for each. It ends with its session, which the post step ends, or with the job: the runner ends
 * what a job left running.
 */
import { takeLease } from "../steps/lease.ts";
import type { FromHolder, ToHolder } from "./hold.ts";

process.once("message", ({ url, name }: ToHolder) => {
  takeLease(url, AbortSignal.timeout(15_000), { applicationName: name, whenLost: () => process.exit(0) }).then(
    (lease) => tell(lease === undefined ? "refused" : "held"),
    () => tell("refused"),
  );
});

function tell(word: FromHolder): void {
  process.send?.(word, undefined, undefined, () => {
    if (word === "refused") process.exit(1);
  });
}
