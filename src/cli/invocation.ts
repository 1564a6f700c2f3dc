import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fromFlags } from "../config/flag-settings.ts";
import type { OptionValues } from "commander";
import { describeError, isOffshootError, messageOf, OffshootError } from "../errors.ts";
import type { CommonOptions } from "../context/context.ts";
import { visible } from "../visible.ts";
import { workingDirectory } from "../process/working-directory.ts";
import { fold, widthOf } from "./fold.ts";
import { type Host, type Interruption, interruptionOf } from "./host.ts";
import { type Job, jobOf } from "./job.ts";
import { repeatFlags } from "./repeat-flags.ts";
import { type OpenDisplay, type Progress, progressOn } from "./progress.ts";
import type { Output } from "./output.ts";
import { type SummaryRecorder, recordSummary } from "./command-summary.ts";

/** The flags that all commands have in common, as commander parsed them. */
export interface Globals {
  readonly config?: string;
  readonly run?: string;
  /** Another name of `--run`. */
  readonly name?: string;
  readonly provider?: string;
  readonly ttl?: string;
  readonly postgres?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False with `--no-progress`. */
  readonly progress?: boolean;
  readonly summary?: string;
  /** Of the commands that run the migrations. */
  readonly rehearse?: boolean;
}

/** The function `execute` of a file in `cli/commands`, with the flags and arguments that commander parsed. */
export type Execute = (invocation: Invocation, flags: OptionValues, operands: readonly string[]) => Promise<void>;

/** One call of the CLI: the options for the library, the output functions and the exit status. */
export interface Invocation extends Interruption {
  readonly options: CommonOptions;
  readonly json: boolean;
  readonly quiet: boolean;
  /** A text whose advised commands have the flags of this call that name its run and its configuration. */
  readonly repeat: (text: string) => string;
  /** The same without secrets, in which the CI service finds no command. */
  readonly forPeople: (text: string) => string;
  readonly progress: Progress;
  readonly job: Job;
  /** Records the summary for the page of the CI run. */
  readonly summary: SummaryRecorder;
  readonly stdinIsTerminal: boolean;
  /** The width of stdout, if it is a terminal. */
  readonly columns: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  exitCode: number;
  /** Writes the result to stdout: with `--json` the data as one line of JSON, else the lines. */
  print(data: unknown, lines: () => readonly string[]): void;
  /** What happened to stdout and stderr. */
  readonly output: Output;
  /** Writes a text to stdout unchanged. */
  readonly write: (text: string) => void;
  /** Writes a line to stderr. */
  log(line: string): void;
  close(): void;
  /** Publishes the result to the CI job: the summary, the comment, and annotations for findings and errors. */
  publish(thrown: unknown): Promise<void>;
}

/** `open`: draws on the terminal; default lines as in a log. */
export function invocationOf(host: Host, output: Output, globals: Globals, title: string, open?: OpenDisplay): Invocation {
  const json = globals.json ?? false;
  // Beside output of others, the service would ignore our own commands too.
  const job = jobOf(host, () => progress.rest());
  const { quiet = false, verbose = false } = globals;
  // Names from outside, such as those of branches, must not control the terminal.
  // A file that does not exist is what the error is about.
  const isFile =
    globals.config !== undefined &&
    existsSync(
      resolve(
        workingDirectory(() => host.cwd()),
        globals.config,
      ),
    );
  const repeat = repeatFlags(isFile ? globals : { ...globals, config: undefined });
  const forPeople = (text: string): string => job.clean(repeat(text));
  const clean = (text: string): string => forPeople(visible(text));
  const progress = progressOn(host.stderr, { quiet, verbose, clean: forPeople, job, open });
  const summary = recordSummary({ title, job: job.name }, () => performance.now());
  const interruption = interruptionOf(host, progress);
  const write = (text: string): void => {
    progress.rest();
    host.stdout.write(text);
  };
  return {
    ...interruption,
    options: {
      cwd: workingDirectory(() => host.cwd()),
      env: host.env,
      signal: interruption.signal,
      hurry: interruption.hurry,
      onEvent(event) {
        summary.emit(event);
        progress.emit(event);
      },
      conceal: job.conceal,
      progress: open !== undefined,
      config: globals.config,
      settings: fromFlags(settingsOf(globals)),
    },
    json,
    quiet,
    repeat,
    forPeople,
    output,
    progress,
    job,
    summary,
    // The first use of `stdin` opens a stream, which few commands need.
    get stdinIsTerminal() {
      return host.stdin.isTTY;
    },
    columns: widthOf(host.stdout),
    env: host.env,
    exitCode: 0,
    print: (data, lines) =>
      write(
        json
          ? `${job.cleanJson(JSON.stringify(data))}\n`
          : lines()
              .map((line) => `${clean(line)}\n`)
              .join(""),
      ),
    write,
    log(line) {
      progress.rest();
      host.stderr.write(`${fold(clean(line), widthOf(host.stderr))}\n`);
    },
    close() {
      progress.close();
      interruption.stopListening();
    },
    async publish(thrown) {
      const finished = withoutSecrets(summary.finish({ thrown, exitCode: this.exitCode }), (text) => job.hideSecrets(repeat(text)));
      if (finished !== undefined) {
        await job.publishSummary(finished, globals.summary).catch((failure: unknown) => {
          // The failure of the command itself counts more.
          if (thrown === undefined && this.exitCode === 0) throw failure;
          if (messageOf(failure) !== messageOf(thrown)) progress.emit({ kind: "warning", text: messageOf(failure) });
        });
        if (summary.run?.comment === true) {
          const { publishComment } = await import("./publish-comment.ts");
          const problem = await publishComment(finished, summary.run, host.env, interruption.signal.aborted);
          if (problem !== undefined) progress.emit({ kind: "warning", text: problem });
        }
      }
      for (const annotation of summary.annotations) await job.annotate(annotation);
      // The error of an audit lists its findings. If they have annotations, the error would repeat them.
      if (isOffshootError(thrown) && !(thrown.code === "FINDINGS" && summary.annotations.length > 0)) {
        await job.annotate({ severity: "error", title, message: repeat(describeError(thrown)) });
      }
    },
  };
}

/** The value with each text in it changed. */
function withoutSecrets<Value>(value: Value, hide: (text: string) => string): Value {
  if (typeof value === "string") return hide(value) as Value;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => withoutSecrets(each, hide)) as Value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecrets(each as unknown, hide)])) as Value;
}

/** The flags as settings by key path. `--set` can set any key. */
function settingsOf(globals: Globals): Record<string, unknown> {
  const { name, run = name, provider, ttl, postgres, rehearse } = globals;
  const flags = Object.entries({ run, provider, ttl, postgres, "rehearse.beforeMigrations": rehearse }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries([...(globals.set ?? []).map(splitSetting), ...flags]);
}

function splitSetting(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new OffshootError("USAGE", `--set ${text} has no value.`, {
    remedy: "Write --set key=value, for example --set neon.parent=main",
  });
}
