import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { providerElsewhere, providerLimits } from "../context/providers.ts";
import { usableProviders } from "../context/usable-providers.ts";
import { unknownRun } from "../context/target-database.ts";
import { OffshootError } from "../errors.ts";

/**
 * The address of the page of this run's branch in Neon's console. Does not connect to the database, which a suspended compute
 * would have to start for. Throws `RUN_UNKNOWN`, and `USAGE` for a database that is not on Neon.
 */
export async function consolePage(options: CommonOptions = {}): Promise<string> {
  return inContext(options, consolePageIn);
}

async function consolePageIn(context: Context): Promise<string> {
  const elsewhere = await providerElsewhere(context);
  const providers = [...(await usableProviders(context)), ...(elsewhere === undefined ? [] : [elsewhere.provider])];
  const listed = (await Promise.all(providers.map((provider) => provider.list(providerLimits(context))))).flat();
  const own = listed.filter(({ name, tag }) => name === context.name && tag !== undefined);
  const [first] = own;
  if (first === undefined) throw unknownRun(context);
  const page = own.find(({ consoleUrl }) => consoleUrl !== undefined)?.consoleUrl;
  if (page !== undefined) return page;
  throw new OffshootError("USAGE", `The database ${first.name} has no page in Neon's console (${first.provider}).`, {
    remedy: "Open a session with `offshoot psql`.",
  });
}
