import type { Context } from "../context/context.ts";
import { providerLimits, providersOfRun } from "../context/providers.ts";
import { deadline, jitter } from "../deadline.ts";
import { connect } from "../postgres/connect.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { findDatabase } from "../providers/choose.ts";

/** The name of the session that shows that a suite of tests runs. */
export const SUITE_SESSION = "offshoot:suite";

/** The holder of a suite looks every 250 ms whether its test runner has ended, and then deletes the clones and the database. */
const SUITES_MS = 5000;

/** Whether a suite of tests runs on the server of this database. False when the server does not answer. */
export async function hasSuites(url: DirectUrl, signal: AbortSignal): Promise<boolean> {
  try {
    const session = await connect(url, { applicationName: "offshoot", signal });
    try {
      const query = "select 1 from pg_catalog.pg_stat_activity a where a.application_name = $1 limit 1";
      return (await session.query(query, [SUITE_SESSION])).length > 0;
    } finally {
      await session.close();
    }
  } catch {
    return false;
  }
}

/** Waits a short time until the last suite has deleted the run's database. Returns whether it has. */
export async function isDeletedBySuite(context: Context): Promise<boolean> {
  const within = deadline("the end of the tests", SUITES_MS + 30_000, context.signal);
  const end = performance.now() + SUITES_MS;
  try {
    for (;;) {
      const found = await findDatabase(await providersOfRun(context), context.name, { ...providerLimits(context), signal: within.signal });
      if (found === undefined) return true;
      if (performance.now() >= end) return false;
      await within.pause(jitter(250));
    }
  } catch {
    return false;
  }
}
