import type { BrokerCounts } from "../broker/broker.ts";

/** How the command's sessions pass the broker. */
export interface FenceOrder {
  /** The server. */
  readonly url: string;
  /** The name of the command's sessions, to which the broker adds a random text (`sessionName`). */
  readonly name: string;
  readonly checksConnection: boolean;
}

/** From the leader to its watchdog. */
export type ToWatchdog =
  | {
      readonly kind: "start";
      /** File and arguments, or one line for the shell. */
      readonly argv: readonly string[] | string;
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      /** The value of `MARK` in `env`. */
      readonly mark: string;
      readonly beatAt: number;
      readonly silenceMs: number;
      readonly shortGraceMs: number;
      /** Undefined: the command connects to the server itself. */
      readonly fence: FenceOrder | undefined;
    }
  /** The leader proved at that time (by `machineMs`) that it leads. */
  | { readonly kind: "beat"; readonly at: number }
  /** The answer to `admit`. `refused`: the reason why the session must not be used. */
  | { readonly kind: "admitted"; readonly name: string; readonly refused: string | undefined }
  /** The answer to `exited`: what the command left running can be ended. */
  | { readonly kind: "finish" }
  | { readonly kind: "stop"; readonly graceMs: number }
  /** The lead is lost: no session of the command may be used any more. */
  | { readonly kind: "cut" };

/** From a watchdog to its leader. */
export type FromWatchdog =
  /** Ready for `start`. A leader that died meanwhile sends no `start`, and nothing runs. `port`: of the broker. */
  | { readonly kind: "here"; readonly port: number | undefined }
  /** The answer to `beat`. Without it the watchdog is frozen. */
  | { readonly kind: "alive" }
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "unstartable"; readonly code: string; readonly message: string }
  /** The server opened a session with that name. It is used after `admitted`. */
  | { readonly kind: "admit"; readonly name: string }
  /** The command ended with status 0. What it left running is ended after `finish`. */
  | { readonly kind: "exited" }
  | ({ readonly kind: "ended" } & WatchedEnd);

export interface WatchedEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** It was ended because the leader could not prove that it leads. */
  readonly abandoned: boolean;
  /** What passed the broker. Undefined: the command connected to the server itself. */
  readonly sessions: BrokerCounts | undefined;
  /** Names of the programs that still ran after the command's end, and were ended. */
  readonly left: readonly string[];
}
