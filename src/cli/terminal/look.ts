import type { Env } from "../../environment.ts";

/** What can be drawn on the terminal of stderr. */
export interface Look {
  /** Whether a line can change while a phase works. */
  readonly isLive: boolean;
  /** Whether the terminal shows characters that are not ASCII. */
  readonly hasUnicode: boolean;
}

export interface LookFacts {
  readonly isTerminal: boolean;
  readonly env: Env;
  readonly platform: NodeJS.Platform;
  /** A CI service keeps a log, even where it provides a terminal. */
  readonly isCi: boolean;
  /** From the flags `--quiet` and `--no-progress`. */
  readonly isWanted: boolean;
}

export function lookOf({ isTerminal, env, platform, isCi, isWanted }: LookFacts): Look {
  return { isLive: isWanted && isTerminal && !isCi && env["TERM"] !== "dumb", hasUnicode: isUnicode(env, platform) };
}

/** The locale decides, as POSIX defines it: the first one of these variables that is set and not empty. */
function isUnicode(env: Env, platform: NodeJS.Platform): boolean {
  // Windows has no such variables. Its newer terminals, and the one of an editor, show everything.
  if (platform === "win32") return env["WT_SESSION"] !== undefined || env["TERM_PROGRAM"] !== undefined;
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return /utf-?8/i.test(locale ?? "");
}

/** The characters that are drawn. */
export interface Symbols {
  readonly done: string;
  readonly failed: string;
  readonly warning: string;
  /** Before a note, and between the parts of a line. */
  readonly dot: string;
  readonly more: string;
  /** The pictures of a phase that works. */
  readonly frames: readonly string[];
}

const UNICODE: Symbols = { done: "✓", failed: "✗", warning: "!", dot: "·", more: "…", frames: "⠋ ⠙ ⠹ ⠸ ⠼ ⠴ ⠦ ⠧ ⠇ ⠏".split(" ") };
const ASCII: Symbols = { done: "+", failed: "x", warning: "!", dot: "-", more: "...", frames: ["|", "/", "-", "\\"] };

export function symbolsOf({ hasUnicode }: Look): Symbols {
  return hasUnicode ? UNICODE : ASCII;
}
