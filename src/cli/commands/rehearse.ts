import { relative } from "node:path";
import type { OptionValues } from "commander";
import { proposeTraffic } from "../../commands/propose-traffic.ts";
import { rehearse } from "../../commands/rehearse.ts";
import { OffshootError } from "../../errors.ts";
import { outboundFlag } from "../flags.ts";
import { ownCommand } from "../../shell-command.ts";
import type { Execute } from "../invocation.ts";
import { reportFlags, writeReports } from "../reports.ts";

interface FileFlags {
  readonly from?: string;
  readonly traffic?: string;
  readonly proposeTraffic?: string;
}

export const execute: Execute = async (invocation, flags, command) => {
  const { from, traffic, proposeTraffic: proposed } = flags as FileFlags;
  const { reports, failOn } = reportFlags(flags, invocation.json);
  if (proposed !== undefined) {
    refuseOthers(flags, command);
    const { path, ...rest } = await proposeTraffic({ ...invocation.options, file: proposed, from });
    const file = relative(invocation.options.cwd ?? ".", path);
    const { statements, parameters, hidden } = rest;
    invocation.print({ version: 1, traffic: path, ...rest }, () => [`wrote  ${file}: ${statements} statements`]);
    if (parameters > 0)
      invocation.log(
        `next   fill in ${parameters} values in ${file}, then: ${ownCommand(["rehearse", ...sourceFlag(from), "--traffic", file])}`,
      );
    if (hidden > 0)
      invocation.log(
        `note   this role must not see ${hidden} statement${hidden === 1 ? "" : "s"} of other roles (grant pg_read_all_stats)`,
      );
    return;
  }
  const result = await rehearse({
    ...invocation.options,
    command,
    from,
    traffic,
    outbound: outboundFlag(flags),
    alternatives: flags["alternatives"] as boolean,
    literals: flags["literals"] === true,
    failOn,
  });
  await writeReports(result, reports, invocation);
};

/** A proposal only reads a server and writes a file. */
function refuseOthers(flags: OptionValues, command: readonly string[]): void {
  const others = [
    ...(flags["traffic"] === undefined ? [] : ["--traffic"]),
    ...((flags["report"] as readonly string[]).length > 0 ? ["--report"] : []),
    ...(flags["literals"] === true ? ["--literals"] : []),
    ...(command.length > 0 ? ["a migration command"] : []),
  ];
  const [other] = others;
  if (other === undefined) return;
  throw new OffshootError("USAGE", `--propose-traffic writes a file and rehearses nothing, so ${other} cannot be used with it.`, {
    remedy: `Remove ${other}, and run offshoot rehearse separately.`,
  });
}

/** The flag `--from` of the call. A URL can have a password. */
function sourceFlag(from: string | undefined): readonly string[] {
  return from === undefined ? [] : [`--from=${/:\/\//.test(from) ? "URL" : from}`];
}
