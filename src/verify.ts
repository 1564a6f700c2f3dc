import type { Context } from "./context.ts";
import type { DirectUrl } from "./postgres/url.ts";

/** The audit that the leader runs before it says ready; nothing where no spec is configured. */
export async function verifier(context: Context, url: DirectUrl): Promise<{ readonly verify?: (signal: AbortSignal) => Promise<void> }> {
  if (context.settings.audit === undefined) return {};
  return { verify: (signal) => requireGoodSchema({ ...context, signal }, url) };
}

/** Audits where a spec is configured. Throws `FINDINGS` when an error is found. */
export async function requireGoodSchema(context: Context, url: DirectUrl): Promise<void> {
  if (context.settings.audit === undefined) return;
  const { auditIn } = await import("./audit.ts");
  const result = await auditIn(context, url, {});
  void result;
}
