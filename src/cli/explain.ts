import { styleText } from "node:util";
import { describeError, EXIT, isOffshootError } from "../errors.ts";
import { redact } from "../redact.ts";
import { jobOf } from "./job.ts";
import type { Host } from "./host.ts";
import type { Invocation } from "./invocation.ts";

/** Prints an error on stderr, and with `--json` also as JSON on stdout. Returns the exit status. */
export function explain(thrown: unknown, host: Host, invocation: Invocation | undefined): number {
  const job = invocation?.job ?? jobOf(host);
  if (!isOffshootError(thrown)) {
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    host.stderr.write(`offshoot: unexpected error. Please report it.\n${job.clean(redact(stack))}\n`);
    return EXIT.unexpected;
  }
  const [first = "", ...rest] = describeError(thrown).split("\n");
  const label = styleText("red", "error", { stream: host.stderr });
  host.stderr.write(`${job.clean([`${label} ${first}`, ...rest.map((line) => `  ${line}`)].join("\n"))}\n`);
  if (invocation?.json === true) {
    const { code, message, meaning, remedy, facts } = thrown;
    host.stdout.write(`${job.cleanJson(JSON.stringify({ version: 1, error: { code, message, meaning, remedy, facts } }))}\n`);
  }
  if (thrown.code === "CANCELLED" && invocation?.received() !== undefined) return invocation.signalExitCode();
  return thrown.exitCode;
}
