import { OffshootError } from "../../errors.ts";
import { deadline } from "../../deadline.ts";
import { connect } from "../../postgres/connect.ts";
import { directUrl, withDatabase } from "../../postgres/url.ts";
import type { Clone } from "../provider.ts";
import { copyStatement } from "./create.ts";
import { dropEntry } from "./drop.ts";
import { tryCreatorLocks } from "./locks.ts";
import { scratchName } from "./names.ts";
import { propertyStatements } from "./properties.ts";

const CLONE_MS = 60_000;

/**
 * `Database.clone` over a local server. The copy has a scratch name, whose lock is held as long as it is wanted: if
 * this process is killed, the next creation on that server removes it.
 */
export async function cloneDatabase(serverUrl: string, database: string, isQuick: boolean, signal: AbortSignal): Promise<Clone> {
  const session = await connect(serverUrl, { applicationName: "offshoot:clone", signal });
  const scratch = scratchName();
  const within = deadline("a copy of the database", CLONE_MS, signal);
  const drop = async (): Promise<void> => {
    try {
      await dropEntry(session, { name: scratch, isTemplate: false });
    } finally {
      await session.close();
    }
  };
  try {
    if (!(await tryCreatorLocks(session, scratch, scratch))) {
      throw new OffshootError("UNEXPECTED", "The lock of a copy's fresh name is taken.", { remedy: "Run the command again." });
    }
    await session.query(copyStatement(scratch, database, isQuick));
    for (const statement of await propertyStatements(session, database, scratch)) await session.query(statement);
    within.check();
  } catch (thrown) {
    await drop();
    throw thrown;
  }
  return { url: directUrl(withDatabase(serverUrl, scratch)), drop };
}
