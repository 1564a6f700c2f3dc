import { auditIn, readSpec } from "./audit.ts";
import type { Context } from "./context.ts";
import { OffshootError } from "./errors.ts";
import type { DirectUrl } from "./postgres/url.ts";

/** The audit that the leader runs before it says ready; nothing where no spec is configured. */
export function verifier(context: Context, url: DirectUrl): { readonly verify?: (signal: AbortSignal) => Promise<void> } {
  if (context.settings.audit === undefined) return {};
  return { verify: (signal) => requireGoodSchema({ ...context, signal }, url) };
}

/** Audits where a spec is configured. Throws `FINDINGS`, with the report, when an error is found. */
export async function requireGoodSchema(context: Context, url: DirectUrl): Promise<void> {
  if (context.settings.audit === undefined) return;
  const { findings, counts } = await auditIn(context, url, await readSpec(context, undefined));
  if (counts.error === 0) return;
  const { text } = await import("./audit/report/text.ts");
  throw new OffshootError("FINDINGS", `The schema is not what ${context.settings.audit} says.`, {
    meaning: text(findings).trimEnd(),
    remedy: "Mend the migrations or the spec; `offshoot audit` shows the same again.",
    facts: { errors: counts.error, warnings: counts.warning },
  });
}
