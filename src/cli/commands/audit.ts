import { relative } from "node:path";
import type { OptionValues } from "commander";
import { audit } from "../../commands/audit.ts";
import { OffshootError } from "../../errors.ts";
import { writeAuditSpec, type WrittenSpec } from "../../commands/write-audit-spec.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, [spec]) => {
  const options = { ...invocation.options, spec, url: flags["url"] };
  if (flags["write"] === true || flags["update"] === true) {
    requireNoFindings(flags);
    const written = await writeAuditSpec({ ...options, update: flags["update"] === true });
    const { path, ...rest } = written;
    invocation.print({ version: 1, spec: path, ...rest }, () => [
      `${WROTE[written.state]}  ${relative(invocation.options.cwd ?? ".", path)}`,
    ]);
    for (const line of await unresolvedLines(written)) invocation.log(line);
    return;
  }
  const { reports, failOn } = reportFlags(flags, invocation.json);
  await writeReports(await audit({ ...options, failOn }), reports, invocation);
};

/** Throws `USAGE` for a flag about findings together with `--write` or `--update`, which do not audit. */
function requireNoFindings(flags: OptionValues): void {
  const writes = flags["write"] === true ? "--write" : "--update";
  const flag = (flags["report"] as readonly string[]).length > 0 ? "--report" : flags["failOn"] === undefined ? undefined : "--fail-on";
  if (flag === undefined) return;
  throw new OffshootError("USAGE", `${writes} writes a spec and does not audit, so ${flag} cannot be used with it.`, {
    remedy: `Remove ${flag}, and run offshoot audit separately.`,
  });
}

const WROTE: Readonly<Record<WrittenSpec["state"], string>> = { written: "wrote", changed: "changed", same: "unchanged" };

/** The findings that an update did not resolve, and the schemas that the spec does not list. */
async function unresolvedLines({ left, unlisted }: WrittenSpec): Promise<readonly string[]> {
  const { messageFor } = await import("../../findings/kind.ts");
  const { AUDIT } = await import("../../audit/source.ts");
  return [
    ...left.map((finding) => `left     ${finding.object.name}: ${messageFor(finding, AUDIT).problem} (line ${finding.at?.line})`),
    ...unlisted.map((schema) => `note     the spec does not list the schema ${schema}`),
  ];
}
