import { OffshootError } from "../../errors.ts";
import type { Context } from "../../context/context.ts";
import { providerLimits, loadProvider } from "../../context/providers.ts";
import { scratchRequest } from "../../context/scratch-database.ts";
import type { ReadableDatabase } from "../../providers/provider.ts";
import { secretsOf } from "../../providers/variables.ts";
import type { CopySource, OpenCopy } from "./copy.ts";
import { withDump } from "./dump.ts";
import { withLocalCopies } from "./local-copies.ts";

/**
 * Runs `work` with copies of the database that the migrations will run on: of a dump, branches of the Neon parent, or on
 * this machine copies of the run's database or of a base (`withLocalCopies`). Throws `NO_PROVIDER`.
 */
export async function withParentCopies<T>(context: Context, source: CopySource, work: (open: OpenCopy) => Promise<T>): Promise<T> {
  if (source.dumped !== undefined) return withDump(context, source.dumped, work);
  const { target } = source;
  const elsewhere = (): Promise<T> => (target === undefined ? withLocalCopies(context, source, work) : withDump(context, target, work));
  if (!context.settings.provider.includes("neon")) return elsewhere();
  // The first branch shows whether Neon can be used. Later ones are made when they are needed.
  const first = await reachParent(context);
  if (first === undefined) return elsewhere();
  let ready: ReadableDatabase | undefined = first;
  try {
    return await work(async (use) => {
      const reached = ready ?? (await reachParent(context)) ?? first;
      ready = undefined;
      try {
        await context.conceal(secretsOf({ url: reached.url, directUrl: reached.url }));
        const description = `a branch of ${reached.description}`;
        return await use({ url: reached.url, origin: "parent", description, hasProductionRows: true, gaps: [] });
      } finally {
        await reached[Symbol.asyncDispose]();
      }
    });
  } finally {
    await ready?.[Symbol.asyncDispose]();
  }
}

/** A branch of the parent; undefined when Neon refuses and another provider is configured. */
async function reachParent(context: Context): Promise<ReadableDatabase | undefined> {
  const neon = await loadProvider("neon", context);
  const limits = providerLimits(context);
  const refusal = await neon.refuse(limits);
  const reached =
    refusal ?? (await neon.reach?.({ branch: undefined, at: undefined, copy: true }, scratchRequest(context, "rehearse"), limits));
  if (reached?.kind === "reached") return reached;
  if (reached !== undefined && reached.mayFallBack && context.settings.provider.length > 1) {
    context.emit({ kind: "refusal", provider: "neon", code: reached.code, text: reached.text });
    return undefined;
  }
  throw new OffshootError("NO_PROVIDER", `The parent branch cannot be copied: ${reached?.text ?? "Neon cannot be reached."}`, {
    meaning: reached?.remedy,
    remedy: "Or rehearse on a dump of a server with --from URL, or on local rows with --provider embedded.",
  });
}
