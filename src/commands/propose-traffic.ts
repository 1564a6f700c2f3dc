import { resolve } from "node:path";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { writeOutputFile } from "../context/output-file.ts";
import { loadProvider, providerLimits } from "../context/providers.ts";
import { withReadSession } from "../context/read-session.ts";
import { scratchRequest } from "../context/scratch-database.ts";
import { OffshootError } from "../errors.ts";
import { identifier } from "../postgres/identifier.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { secretsOf } from "../providers/variables.ts";
import { dumpedServer } from "./rehearse/dumped-server.ts";

export interface ProposeTrafficOptions extends CommonOptions {
  /** Path of the file, which must not exist. */
  readonly file: string;
  /** A Postgres URL, or the name of an environment variable that holds one; default the Neon parent. */
  readonly from?: string | undefined;
}

export interface ProposedTraffic {
  /** Absolute path of the file. */
  readonly path: string;
  readonly statements: number;
  /** Parameters that a person has to fill in. */
  readonly parameters: number;
  /** Statements of other roles whose text could not be read. */
  readonly hidden: number;
}

/**
 * Writes a traffic file for `rehearse` with the most frequent statements of a server, from its `pg_stat_statements`, without
 * their values. The server is only read.
 *
 * Throws `USAGE` when the file exists, cannot be written, or the server counts no statements; `PRIVILEGE_MISSING`, `NO_PROVIDER`,
 * `URL_INVALID` and `CONNECTION_FAILED`.
 */
export async function proposeTraffic(options: ProposeTrafficOptions): Promise<ProposedTraffic> {
  return inContext(options, (context) => proposeTrafficIn(context, options), { file: "traffic.yaml" });
}

async function proposeTrafficIn(context: Context, options: ProposeTrafficOptions): Promise<ProposedTraffic> {
  const path = resolve(context.cwd, options.file);
  const { readShapes } = await import("../rehearsal/traffic/shapes.ts");
  const { proposeTraffic: propose } = await import("../rehearsal/traffic/propose.ts");
  const shapes = await withServer(context, options.from, (url) =>
    withReadSession(context, url, (session) => readShapes(session, identifier)),
  );
  const proposal = propose(shapes);
  if (proposal === undefined) {
    const hidden = shapes.hidden > 0 ? `, and this role must not see ${shapes.hidden} others` : "";
    throw new OffshootError("USAGE", `pg_stat_statements has no statement of an application on a table of this database${hidden}.`, {
      remedy:
        shapes.hidden > 0
          ? "Use a role with `grant pg_read_all_stats`."
          : "Run this again when the application has used the database, or write the file by hand: docs/rehearsal.md shows its form.",
    });
  }
  await writeOutputFile(path, proposal.text, { cwd: context.cwd, fresh: true });
  return { path, statements: proposal.statements, parameters: proposal.parameters, hidden: shapes.hidden };
}

/** Runs `work` with the server whose statements are read: a copy of it has counted none. */
async function withServer<T>(context: Context, from: string | undefined, work: (url: DirectUrl) => Promise<T>): Promise<T> {
  const given = await dumpedServer(context, from);
  if (given !== undefined) {
    await context.conceal(secretsOf({ url: given.url, directUrl: given.url }));
    return work(given.url);
  }
  if (!context.settings.provider.includes("neon")) throw noServer("Only a server that your application uses has counted its statements.");
  const neon = await loadProvider("neon", context);
  const limits = providerLimits(context);
  const refusal = await neon.refuse(limits);
  const reached = refusal ?? (await neon.reach?.({ branch: undefined, at: undefined }, scratchRequest(context, "traffic"), limits));
  if (reached?.kind !== "reached") throw noServer(reached?.text ?? "Neon cannot be reached.");
  try {
    await context.conceal(secretsOf({ url: reached.url, directUrl: reached.url }));
    return await work(reached.url);
  } finally {
    await reached[Symbol.asyncDispose]();
  }
}

function noServer(why: string): OffshootError {
  return new OffshootError("NO_PROVIDER", `There is no server from which traffic can be proposed. ${why}`, {
    remedy: "Name the server: --from URL, or --from with the name of a variable that holds its URL.",
  });
}
