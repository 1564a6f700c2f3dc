/** One finished call. `dropped`: the reply was never sent. */
export interface CallRecord {
  readonly at: string;
  readonly method: string;
  /** With names in place of ids, such as `/projects/{project_id}/branches`. */
  readonly route: string;
  readonly path: string;
  readonly status: number | "dropped";
  /** Status of the work; undefined if no work was done. */
  readonly worked: number | undefined;
  readonly requestId: string;
}

/** The log of calls, and the number of calls by `METHOD route` and status. */
export interface CallLog {
  readonly log: CallRecord[];
  readonly counts: Record<string, Record<string, number>>;
}

export function createCallLog(): CallLog {
  return { log: [], counts: {} };
}

export function recordCall(calls: CallLog, record: CallRecord): void {
  calls.log.push(record);
  const counts = (calls.counts[`${record.method} ${record.route}`] ??= {});
  counts[record.status] = (counts[record.status] ?? 0) + 1;
  counts["total"] = (counts["total"] ?? 0) + 1;
}

export function clearCallLog(calls: CallLog): void {
  calls.log.length = 0;
  for (const key of Object.keys(calls.counts)) delete calls.counts[key];
}
