import type { Context } from "../../context/context.ts";
import type { Step } from "../../context/migrations.ts";
import type { Project } from "../../migration-tools/tool.ts";
import { type Session, withSession } from "../../postgres/connect.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { ToolLock } from "../../readiness/request.ts";
import type { CommandEnd } from "../../readiness/command.ts";
import { describeCommand } from "../../readiness/migration-command.ts";
import { checkTables, warnOfRefused } from "../command-effect.ts";
import { requireAuditPasses } from "../audit.ts";
import { requireCompleteVersionTable } from "../complete-version-table.ts";
import type { SchemaRecord } from "./schema-record.ts";

/** What is checked after a step: the tool's version table, and after the last one the schema if a spec is set. */
export function verification(
  context: Context,
  url: DirectUrl,
  step: Step,
  last: { readonly record: SchemaRecord | undefined } | undefined,
): { readonly verify: (signal: AbortSignal, end: CommandEnd) => Promise<void> } {
  const audits = last !== undefined && context.settings.audit.spec !== undefined;
  return {
    async verify(signal, end) {
      const { project, seed, command } = step;
      const why = project === undefined ? unknownTool(step) : await requireCompleteVersionTable(project, url, signal, end);
      if (project === undefined && command.kind !== "work") {
        if (last !== undefined) await checkTables(describeCommand(command), url, end, { signal, emit: context.emit });
        warnOfRefused(end, context.emit);
      }
      if (why !== undefined && seed === undefined) {
        context.emit({ kind: "note", text: `Whether a migration was left out was not checked, because ${why}.` });
      }
      if (project?.leaves !== undefined) context.emit({ kind: "note", text: project.leaves, isResult: true });
      await last?.record?.after();
      if (audits) await requireAuditPasses({ ...context, signal }, url);
    },
  };
}

function unknownTool({ command }: Step): string {
  const from = { shell: "migrations.command", argv: "the given command", work: "a function" }[command.kind];
  return `offshoot does not know the version table of ${from}`;
}

/** The lock that the tool keeps in a table of this database. */
export function toolLockOf(context: Context, url: DirectUrl, project: Project | undefined): ToolLock | undefined {
  const lock = project?.lock;
  if (project === undefined || lock === undefined) return undefined;
  const find = async (): Promise<string | undefined> => {
    const { findTable } = await import("../../migration-tools/version-table.ts");
    const { foreignCodeOf } = await import("../../postgres/foreign-code.ts");
    const findSafe = async (session: Session): Promise<string | undefined> => {
      const table = await findTable(session, lock.name);
      const kind = table && (await foreignCodeOf(session, table, "write"));
      if (kind === undefined) return table;
      context.emit({
        kind: "note",
        text: `The lock of ${project.tool} (${table}) was not looked at, because that can run code of the database (${kind}).`,
      });
      return undefined;
    };
    return withSession(url, findSafe, { signal: context.signal });
  };
  return { tool: project.tool, find, isHeld: lock.isHeld, release: lock.release };
}
