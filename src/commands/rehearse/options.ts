import type { OutboundMode } from "../../config/settings.ts";
import type { CommonOptions } from "../../context/context.ts";
import type { Severity } from "../../findings/finding.ts";

export interface RehearseOptions extends CommonOptions {
  /** The migration command and its arguments; default the setting `migrations.command`, else the detected tool. */
  readonly command?: readonly string[] | undefined;
  /** Rehearse on a dump of this server: a Postgres URL, or the name of an environment variable that holds one. */
  readonly from?: string | undefined;
  /**
   * What to do when the copy can reach other systems, for example by a foreign server. `refuse`: run nothing. `disable`: disable it in
   * the copy, and refuse what cannot be disabled. `allow`: run with it. Default the setting `rehearse.outbound`, which is `refuse`.
   */
  readonly outbound?: OutboundMode | undefined;
  /** Also rehearse the safer way of findings where that is possible, each on a copy of its own. Default true. */
  readonly alternatives?: boolean | undefined;
  /** Show statements with their literals, and the output of the command. Both can contain values of rows. Default false. */
  readonly literals?: boolean | undefined;
  /** Path of a file with statements that run beside the migrations, on a copy of their own. Their latency is measured. */
  readonly traffic?: string | undefined;
  /** The lowest severity that fails the rehearsal; default `error`. */
  readonly failOn?: Severity | undefined;
}
