import { relative } from "node:path";
import type { OptionValues } from "commander";
import type { AuditFinding } from "../../audit/finding.ts";
import { audit } from "../../commands/audit.ts";
import { writeAuditBaseline } from "../../commands/write-audit-baseline.ts";
import { writeAuditSpec, type WrittenSpec } from "../../commands/write-audit-spec.ts";
import { OffshootError } from "../../errors.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

export const execute: Execute = async (invocation, flags, [spec]) => {
  const options = { ...invocation.options, spec, url: flags["url"], configure: flags["configure"] === true };
  const where = (path: string): string => relative(invocation.options.cwd ?? ".", path);
  const writes = requirePossible(flags);
  if (writes === "--baseline") {
    const written = await writeAuditBaseline({ ...options, reason: flags["reason"] });
    const { path, state, accepted, added, removed, left } = written;
    invocation.print({ version: 1, baseline: path, state, accepted, added, removed, left }, () => [
      `${WROTE[state]}  ${where(path)}: ${accepted} accepted (${added} new, ${removed.length} removed)`,
    ]);
    for (const { object, code } of removed) invocation.log(`removed  ${object}: ${code}`);
    for (const line of await leftLines(left)) invocation.log(line);
    return;
  }
  if (writes !== undefined) {
    const written = await writeAuditSpec({ ...options, update: writes === "--update" });
    const { path, ...rest } = written;
    invocation.print({ version: 1, spec: path, ...rest }, () => [`${WROTE[written.state]}  ${where(path)}`]);
    for (const line of await leftLines(written.left)) invocation.log(line);
    for (const schema of written.unlisted) invocation.log(`note     the spec does not list the schema ${schema}`);
    return;
  }
  const { reports, failOn } = reportFlags(flags, invocation.json);
  await writeReports(await audit({ ...options, failOn }), reports, invocation);
};

const WRITING = { "--write": "write", "--update": "update", "--baseline": "baseline" } as const;

/** The flag that writes a file in place of an audit. Throws `USAGE` for flags that cannot be used together. */
function requirePossible(flags: OptionValues): keyof typeof WRITING | undefined {
  const given = (Object.keys(WRITING) as (keyof typeof WRITING)[]).filter((flag) => flags[WRITING[flag]] === true);
  const [writes, other] = given;
  if (writes !== undefined && other !== undefined) throw together(writes, other, `Run them one after the other.`);
  if (flags["reason"] !== undefined && writes !== "--baseline") {
    throw new OffshootError("USAGE", "--reason is only for --baseline.", { remedy: "Add --baseline, or remove --reason." });
  }
  if (flags["configure"] === true && writes !== "--write" && writes !== "--baseline") {
    throw new OffshootError("USAGE", "--configure is only for --write and --baseline.", {
      remedy: "Add one of them, or remove --configure.",
    });
  }
  const report = (flags["report"] as readonly string[]).length > 0 ? "--report" : flags["failOn"] === undefined ? undefined : "--fail-on";
  if (writes === undefined || report === undefined) return writes;
  throw new OffshootError("USAGE", `${writes} writes a file and does not audit, so ${report} cannot be used with it.`, {
    remedy: `Remove ${report}, and run offshoot audit separately.`,
  });
}

function together(one: string, other: string, remedy: string): OffshootError {
  return new OffshootError("USAGE", `${one} and ${other} cannot be used together.`, { remedy });
}

const WROTE: Readonly<Record<WrittenSpec["state"], string>> = { written: "wrote", changed: "changed", same: "unchanged" };

/** The findings that a spec or a baseline does not resolve. */
async function leftLines(left: WrittenSpec["left"] | readonly AuditFinding[]): Promise<readonly string[]> {
  if (left.length === 0) return [];
  const { messageFor } = await import("../../findings/kind.ts");
  const { AUDIT } = await import("../../audit/source.ts");
  return left.map((finding) => {
    const place = finding.at === undefined ? "" : ` (line ${finding.at.line})`;
    return `left     ${finding.object.name}: ${messageFor(finding, AUDIT).problem}${place}`;
  });
}
