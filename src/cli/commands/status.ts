import type { Marker } from "../../readiness/marker.ts";
import { formatElapsed } from "../../duration.ts";
import { status, type Status, watchStatus } from "../../commands/status.ts";
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

function print(invocation: Invocation, now: Status): void {
  invocation.print(statusJson(now), () => statusLines(now));
}

function statusJson({ run, name, database, markers, waiters, at }: Status): Record<string, unknown> {
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
  return { version: 1, run, name, database: facts, markers, waiters, at: at?.toISOString() ?? null };
}

function statusLines({ run, name, database, markers, waiters, at }: Status): readonly string[] {
  return [
    `run       ${run}`,
    `name      ${name}`,
    ...(database === undefined
      ? ["database  none"]
      : [
          `database  ${database.provider} ${database.id}`,
          ...(database.consoleUrl === undefined ? [] : [`console   ${database.consoleUrl}`]),
          `expires   ${database.expiresAt?.toISOString() ?? "never"}`,
        ]),
    ...(markers.length === 0 ? ["migrated  not yet"] : markers.map((marker) => `${marker.state.padEnd(9)} ${describe(marker, at)}`)),
    ...waiters.map(({ owner, count, since }) => `waiting   ${describeOwner(owner)}: ${count} since ${clock(since)}`),
  ];
}

function describe(marker: Marker, at: Date | undefined): string {
  const what = `${marker.fingerprint.slice(0, 16)} of run ${marker.run}, by ${describeOwner(marker.owner)}, epoch ${marker.epoch}`;
  if (marker.finishedAt !== undefined) return `${what}, ${clock(marker.finishedAt)}`;
  const beat = at === undefined ? "" : `, heartbeat ${formatElapsed(at.getTime() - marker.beatAt.getTime())} ago`;
  return `${what}, since ${clock(marker.startedAt)}${beat}`;
}

function describeOwner({ host, pid, job }: Pick<Marker["owner"], "host" | "pid" | "job">): string {
  return job === undefined ? `${host} (pid ${pid})` : `job ${job} on ${host} (pid ${pid})`;
}

function clock(date: Date): string {
  return `${date.toISOString().slice(11, 19)} UTC`;
}
