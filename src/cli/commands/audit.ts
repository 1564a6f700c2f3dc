import { relative } from "node:path";
import type { OptionValues } from "commander";
import { audit } from "../../commands/audit.ts";
import type { Severity } from "../../findings/finding.ts";
import { EXIT, OffshootError } from "../../errors.ts";
import { type ReportFormat, renderFindings } from "../../findings/render.ts";
import { writeAuditSpec, type WrittenSpec } from "../../commands/write-spec.ts";
import type { Execute } from "../invocation.ts";
import { paint } from "../paint.ts";
import { readReports, unknownWord, writeReports } from "../reports.ts";

const FORMATS: readonly ReportFormat[] = ["text", "json", "markdown", "junit", "sarif", "code-quality"];
const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

export const execute: Execute = async (invocation, flags, [spec]) => {
  const options = { ...invocation.options, spec, url: flags["url"] };
  if (flags["write"] === true || flags["update"] === true) {
    requireNoFindings(flags);
    const written = await writeAuditSpec({ ...options, update: flags["update"] === true });
    const { path, ...rest } = written;
    invocation.print({ version: 1, spec: path, ...rest }, () => [
      `${WROTE[written.state]}  ${relative(invocation.options.cwd ?? ".", path)}`,
    ]);
    for (const line of await whatIsLeft(written)) invocation.log(line);
    return;
  }
  const reports = readReports(flags["report"] as readonly string[], FORMATS, invocation.json);
  const result = await audit({ ...options, failOn: severityOf(flags["failOn"] as string | undefined) });
  await writeReports(reports, invocation, (format, { isTerminal }) =>
    renderFindings(result, format, isTerminal ? { paint, width: process.stdout.columns } : {}),
  );
  if (result.failed) invocation.exitCode = EXIT.findings;
};

/** Throws `USAGE` for what is asked about findings where none are looked for. */
function requireNoFindings(flags: OptionValues): void {
  const writes = flags["write"] === true ? "--write" : "--update";
  const asked = (flags["report"] as readonly string[]).length > 0 ? "--report" : flags["failOn"] === undefined ? undefined : "--fail-on";
  if (asked === undefined) return;
  throw new OffshootError("USAGE", `${writes} writes a spec and checks nothing, so that ${asked} has nothing to tell of.`, {
    remedy: `Leave ${asked} out, and audit in a call of its own.`,
  });
}

function severityOf(word: string | undefined): Severity | undefined {
  if (word === undefined) return undefined;
  const severity = SEVERITIES.find((known) => known === word);
  if (severity === undefined) throw unknownWord("--fail-on", word, SEVERITIES);
  return severity;
}

const WROTE: Readonly<Record<WrittenSpec["state"], string>> = { written: "wrote", changed: "changed", same: "unchanged" };

/** What an update leaves to people. */
async function whatIsLeft({ left, unlisted }: WrittenSpec): Promise<readonly string[]> {
  const { messageFor } = await import("../../findings/message.ts");
  return [
    ...left.map((finding) => `left     ${finding.object.name}: ${messageFor(finding).problem} (line ${finding.at?.line})`),
    ...unlisted.map((schema) => `note     the spec does not speak of the schema ${schema}`),
  ];
}
