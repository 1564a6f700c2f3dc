import type { Context } from "../../context/context.ts";
import type { Migrations } from "../../context/migrations.ts";
import { formatElapsed } from "../../duration.ts";
import { withSession } from "../../postgres/connect.ts";
import { formatWait } from "../../rehearsal/size.ts";
import type { OpenCopy } from "./copy.ts";
import type { RehearseOptions } from "./options.ts";
import { secureRun } from "./outbound.ts";
import { runSteps } from "./run-steps.ts";

/** From so many messages on, what the observation adds to each of them counts. */
const MANY_MESSAGES = 500;
/** A command that took longer is not run again. */
const LONGEST_MS = 120_000;

export interface ObservedCommand {
  /** The statements that it sent. */
  readonly sent: readonly string[];
  /** How long it took under observation. */
  readonly ms: number;
}

/**
 * How long the migrations take without the observation, in a sentence for the report: of a command with many messages, the broker and
 * the looks are a notable part of the time, and of the waits. It runs on a copy of its own, with nobody between it and the
 * server. Undefined where that is not worth a copy, or fails: the rehearsal has its result.
 */
export async function directTime(
  context: Context,
  open: OpenCopy,
  migrations: Migrations,
  { sent, ms }: ObservedCommand,
  options: RehearseOptions,
): Promise<string | undefined> {
  if (sent.length < MANY_MESSAGES || ms > LONGEST_MS) return undefined;
  try {
    return await open(async (copy) => {
      const mode = options.outbound ?? context.settings.rehearse.outbound;
      await withSession(copy.url, (session) => secureRun(context, session, migrations, mode), { signal: context.signal });
      const startMs = performance.now();
      const end = await runSteps(context, migrations, copy.url, { literals: false, throughBroker: false });
      const directMs = performance.now() - startMs;
      copy.sent?.(sent);
      return end.ok ? sentence(ms, directMs) : undefined;
    });
  } catch (thrown) {
    if (context.signal.aborted) throw thrown;
    return undefined;
  }
}

function sentence(ms: number, directMs: number): string {
  const [observed, direct] = [ms, directMs].map((each) => formatWait(each, formatElapsed));
  return `Without the observation, the same command took ${direct} on another copy, and ${observed} here. Waits in which many of its messages ran are longer here by about the same factor.`;
}
