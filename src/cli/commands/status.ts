import type { Marker } from "../../readiness/marker.ts";
import { formatElapsed } from "../../duration.ts";
import { status, type Status, watchStatus } from "../../commands/status.ts";
import { expiryText } from "../expiry-text.ts";
import { valueBelow } from "../fold.ts";
import type { Execute, Invocation } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  if (flags["watch"] !== true) return print(invocation, await status(invocation.options));
  let first = true;
  for await (const now of watchStatus(invocation.options)) {
    if (!first && !invocation.json) invocation.write("\n");
    print(invocation, now);
    first = false;
    if (invocation.output.closed.aborted) return;
  }
};

/** Lines of the error of a failed migration. `offshoot wait` prints all of it. */
const MOST_CAUSE = 3;

function print(invocation: Invocation, now: Status): void {
  invocation.print(statusJson(now), () => statusLines(now).map((line) => valueBelow(line, invocation.columns)));
}

function statusJson({ run, name, database, stopped, foreign, markers, isMigratedCopy, waiters, at }: Status): Record<string, unknown> {
  const facts =
    database === undefined
      ? null
      : {
          id: database.id,
          consoleUrl: database.consoleUrl ?? null,
          provider: database.provider,
          expiresAt: database.expiresAt?.toISOString() ?? null,
          postgresMajor: database.postgresMajor,
        };
  return {
    version: 1,
    run,
    name,
    database: facts,
    stopped: stopped ?? null,
    foreign: foreign ?? null,
    markers,
    isMigratedCopy,
    waiters,
    at: at?.toISOString() ?? null,
  };
}

function statusLines({ run, name, database, stopped, foreign, markers, isMigratedCopy, waiters, at }: Status): readonly string[] {
  const head = [`run         ${run}`, `name        ${database?.name ?? name}`];
  if (stopped !== undefined) return [...head, "database    not known", ...stopped.split("\n").map((line) => `            ${line}`)];
  if (database === undefined) return [...head, "database    none", ...(foreign === undefined ? [] : [`            ${foreign}`])];
  const [newest] = markers;
  const own = newest === undefined ? "have not run" : describe(newest, at);
  const migrations = isMigratedCopy ? "had run in the base that was copied" : own;
  return [
    ...head,
    `database    ${database.provider}, Postgres ${database.postgresMajor}`,
    `id          ${database.id}`,
    ...(database.consoleUrl === undefined ? [] : [`console     ${database.consoleUrl}`]),
    `expires     ${expiryText(database)}`,
    `migrations  ${migrations}`,
    ...(newest?.error === undefined
      ? []
      : newest.error.message
          .split("\n")
          .slice(0, MOST_CAUSE)
          .map((line) => `            ${line}`)),
    ...waiters.map(({ owner, count, since }) => `waiting     ${describeOwner(owner)}: ${count} since ${clock(since)}`),
  ];
}

/** What the newest job did. Earlier ones are in the JSON. */
function describe({ state, owner, startedAt, finishedAt, beatAt }: Marker, at: Date | undefined): string {
  const by = `by ${describeOwner(owner)}`;
  if (finishedAt !== undefined) return `${state} since ${clock(finishedAt)}, ${by}`;
  const beat = at === undefined ? "" : `, heartbeat ${formatElapsed(at.getTime() - beatAt.getTime())} ago`;
  return `${state} since ${clock(startedAt)}, ${by}${beat}`;
}

function describeOwner({ host, pid, job }: Pick<Marker["owner"], "host" | "pid" | "job">): string {
  return job === undefined ? `${host} (pid ${pid})` : `job ${job} on ${host} (pid ${pid})`;
}

function clock(date: Date): string {
  return `${date.toISOString().slice(11, 19)} UTC`;
}
