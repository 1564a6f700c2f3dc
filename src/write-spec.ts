import { writeFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { AuditOptions } from "./audit.ts";
import { specPath } from "./audit-spec.ts";
import type { Catalog } from "./audit/catalog/catalog.ts";
import { prepare } from "./context.ts";
import { OffshootError } from "./errors.ts";
import { locate } from "./locate.ts";
import { withSession } from "./postgres/connect.ts";
import { codeOf } from "./postgres/sqlstate.ts";

export interface WriteSpecOptions extends AuditOptions {
  /** Replace a spec that is there. Default false. */
  readonly update?: boolean | undefined;
}

/** Makes a spec from a good database. Throws `USAGE` when the file exists and `update` was not asked for. */
export async function writeAuditSpec(options: WriteSpecOptions = {}): Promise<{ readonly path: string; readonly catalog: Catalog }> {
  const context = await prepare(options);
  const { url } = await locate(context, options.url);
  const path = specPath(context, options.spec) ?? resolve(context.resolved.directory, "schema.audit.yaml");
  const { readCatalog } = await import("./audit/catalog/read.ts");
  const { writeSpec } = await import("./audit/write.ts");
  const catalog = await withSession(url, (session) => readCatalog(session), { signal: context.signal });
  try {
    await writeFile(path, writeSpec(catalog), { flag: options.update === true ? "w" : "wx" });
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
    throw new OffshootError("USAGE", `The spec ${relative(context.cwd, path)} exists.`, {
      remedy: "Refresh it with `offshoot audit --update`.",
    });
  }
  return { path, catalog };
}
