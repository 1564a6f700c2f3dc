import type { Context } from "../../context/context.ts";
import { describeUrl, directUrl, readPostgresUrl } from "../../postgres/url.ts";
import type { DumpedServer } from "./copy.ts";

const FLAG = "--from";

/** The server of the flag `--from`. Throws `URL_INVALID`. */
export async function dumpedServer(context: Context, from: string | undefined): Promise<DumpedServer | undefined> {
  if (from === undefined) return undefined;
  const given = readPostgresUrl(from, FLAG, context.env);
  const url = directUrl(given.url, `the URL of ${FLAG}`);
  return { url, description: given.variable === undefined ? describeUrl(url) : `${given.variable} (${describeUrl(url)})` };
}
