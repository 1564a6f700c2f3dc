import { removeAfterLastUse } from "../commands/down.ts";
import type { Invocation } from "../cli/invocation.ts";
import { prepare } from "../context/context.ts";
import { type Left, tearDown } from "../usage/teardown.ts";
import { endLockHolder } from "./start-lock-holder.ts";
import type { State } from "./state.ts";

/**
 * The post step: gives the job's share back, and removes the database where that was the last one. A database that
 * `up` made without `teardown: true` stays for the jobs that come.
 */
export async function tearDownAfter(invocation: Invocation, { lockHolder: holder }: State): Promise<void> {
  const context = await prepare(invocation.options);
  const left = await tearDown(context, {
    held: undefined,
    remove: removeAfterLastUse,
    async beforeLock({ directUrl }, signal) {
      if (holder !== "") await endLockHolder(directUrl, holder, invocation.env, signal);
    },
  });
  invocation.log(describe(left, context.name, context.run.key));
}

function describe(left: Left | undefined, name: string, key: string): string {
  if (left === undefined) return `The database ${name} is gone.`;
  if (left === "shared") return `The database ${name} is still in use by other jobs of this run; the last of them removes it.`;
  return `The database ${name} was made to stay, by a job without \`teardown: true\`. Remove it: offshoot down --run ${key}`;
}
