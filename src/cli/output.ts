import { codeOf, messageOf } from "../errors.ts";
import type { Host } from "./host.ts";

/** What happened to stdout and stderr. */
export interface Output {
  /** Aborts when nobody reads stdout any more: the reader of a pipe has ended, or the terminal was closed. */
  readonly closed: AbortSignal;
  /** Why a part of stdout was lost, such as a full disk. Undefined when it was written, or when nobody reads it. */
  lost(): string | undefined;
}

/**
 * Handles failed writes to stdout and stderr. Without it, Node would end the process at the first one, and the database of
 * the command would stay. A reader that ended, as in `offshoot list | head -1`, is not an error. The handlers stay, because
 * a write can also fail after the command has ended.
 */
export function watchOutput({ stdout, stderr }: Pick<Host, "stdout" | "stderr">): Output {
  const closed = new AbortController();
  let lost: string | undefined;
  stdout.on("error", (thrown: Error) => {
    // A terminal that was closed answers with EIO (Linux, tty_ioctl(4): "hung up").
    const isClosed = codeOf(thrown) === "EPIPE" || (codeOf(thrown) === "EIO" && stdout.isTTY);
    if (isClosed) closed.abort();
    else lost ??= messageOf(thrown);
  });
  // Nothing can be reported when stderr fails. The exit status still shows the result.
  stderr.on("error", () => {});
  return { closed: closed.signal, lost: () => lost };
}
