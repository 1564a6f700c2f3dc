import { styleText } from "node:util";
import { describeError, EXIT, isOffshootError, type OffshootError } from "../errors.ts";
import { fold, widthOf } from "./fold.ts";
import { redact } from "../redact.ts";
import { jobOf } from "./job.ts";
import { refusedByServer } from "../postgres/refused.ts";
import type { Host } from "./host.ts";
import type { Invocation } from "./invocation.ts";

/** Prints an error on stderr, and with `--json` also as JSON on stdout. Returns the exit status. */
export function explain(failure: unknown, host: Host, invocation: Invocation | undefined): number {
  const thrown = refusedByServer(failure) ?? failure;
  const job = invocation?.job ?? jobOf(host);
  if (!isOffshootError(thrown)) {
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    host.stderr.write(`offshoot: unexpected error. Please report it.\n${job.clean(redact(stack))}\n`);
    return EXIT.unexpected;
  }
  const isAbove = invocation?.progress.showsOutput === true && !job.isCi && thrown.facts["pid"] === process.pid;
  const [first = "", ...rest] = describeError(isAbove ? withoutOutput(thrown) : thrown).split("\n");
  const label = styleText("red", "error", { stream: host.stderr });
  // A secret is removed from whole lines: it could be in two rows otherwise.
  const shown = invocation?.forPeople ?? job.clean;
  const lines = shown([`error ${first}`, ...rest.map((line) => `  ${line}`)].join("\n")).split("\n");
  const text = lines.map((line) => fold(line, widthOf(host.stderr))).join("\n");
  host.stderr.write(`${text.replace(/^error/, label)}\n`);
  if (invocation?.json === true) {
    const { code, facts } = thrown;
    const [message, meaning, remedy] = [thrown.message, thrown.meaning, thrown.remedy].map((each) => each && invocation.repeat(each));
    host.stdout.write(`${job.cleanJson(JSON.stringify({ version: 1, error: { code, message, meaning, remedy, facts } }))}\n`);
  }
  if (thrown.code === "CANCELLED" && invocation?.received() !== undefined) return invocation.signalExitCode();
  return thrown.exitCode;
}

/** The error of a migration without the end of its output, which is above. A log of a CI folds that output, so it has both. */
function withoutOutput({ message, meaning, remedy }: OffshootError): Pick<OffshootError, "message" | "meaning" | "remedy"> {
  const rest = meaning?.replace(/^(?:Its last lines were:(?:\n\| .*)+|Its output was: .*)$/m, "").trim();
  return { message, meaning: rest, remedy };
}
