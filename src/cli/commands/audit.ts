import { relative } from "node:path";
import { audit, writeAuditSpec } from "../../audit.ts";
import { jsonReport } from "../../audit/report/json.ts";
import { EXIT } from "../../errors.ts";
import type { Execute } from "../invocation.ts";
import { paint } from "../paint.ts";

export const execute: Execute = async (invocation, flags, [spec]) => {
  const options = { ...invocation.options, spec, url: flags["url"] };
  if (flags["write"] === true || flags["update"] === true) {
    const { path, catalog } = await writeAuditSpec({ ...options, update: flags["update"] === true });
    const tables = catalog.schemas.length;
    invocation.print({ version: 1, spec: path, schemas: tables }, () => [`wrote  ${relative(process.cwd(), path)}`]);
    return;
  }
  const { findings, counts } = await audit(options);
  if (invocation.json) invocation.write(`${JSON.stringify(jsonReport(findings))}\n`);
  else {
    const { REPORTS } = await import("../../audit/report/registry.ts");
    invocation.write(REPORTS.text(findings, { paint }));
  }
  if (counts.error > 0) invocation.exitCode = EXIT.findings;
};
