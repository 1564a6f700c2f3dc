import type { OptionValues } from "commander";
import { describeError, isOffshootError, OffshootError } from "../errors.ts";
import type { CommonOptions } from "../context/context.ts";
import type { Host } from "./host.ts";
import { type Interruption, interruptionOf } from "./interruption.ts";
import { type Job, jobOf } from "./job.ts";
import { type Progress, progressOn } from "./progress.ts";
import { type SummaryRecorder, recordSummary } from "./command-summary.ts";

/** The flags that every command has, as commander hands them over. */
export interface Globals {
  readonly config?: string;
  readonly run?: string;
  readonly provider?: string;
  readonly ttl?: string;
  readonly postgres?: string;
  readonly set?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly summary?: string;
}

/** What a command's file under `commands/` exports as `execute`: flags and operands as commander read them. */
export type Execute = (invocation: Invocation, flags: OptionValues, operands: readonly string[]) => Promise<void>;

/** One run of the CLI: the library's options, where output goes, and the exit status to be. */
export interface Invocation extends Interruption {
  readonly options: CommonOptions;
  readonly json: boolean;
  readonly progress: Progress;
  readonly job: Job;
  /** What the run's page will tell. */
  readonly summary: SummaryRecorder;
  readonly stdinIsTerminal: boolean;
  readonly env: NodeJS.ProcessEnv;
  exitCode: number;
  /** Writes data to stdout: an object as one line of JSON where `--json` stands, else the lines for people. */
  print(data: unknown, lines: () => readonly string[]): void;
  /** Writes text to stdout as it is. */
  write(text: string): void;
  /** Writes a line to stderr, for people. */
  log(line: string): void;
  close(): void;
  /** Tells the CI job how the command ended: its page, and a mark where it failed. */
  publish(thrown: unknown): Promise<void>;
}

export function invocationOf(host: Host, globals: Globals, title: string): Invocation {
  const json = globals.json ?? false;
  const job = jobOf(host);
  const progress = progressOn(host.stderr, { quiet: globals.quiet ?? false, group: (name) => job.group(name) });
  const story = recordSummary({ title, job: job.name }, () => performance.now());
  const interruption = interruptionOf(host, progress);
  return {
    ...interruption,
    options: {
      cwd: host.cwd(),
      env: host.env,
      signal: interruption.signal,
      onEvent(event) {
        story.emit(event);
        progress.emit(event);
      },
      conceal: job.conceal,
      config: globals.config,
      settings: settingsOf(globals),
    },
    json,
    progress,
    job,
    summary: story,
    stdinIsTerminal: host.stdin.isTTY,
    env: host.env,
    exitCode: 0,
    print: (data, lines) =>
      void host.stdout.write(
        json
          ? `${JSON.stringify(data)}\n`
          : lines()
              .map((line) => `${line}\n`)
              .join(""),
      ),
    write: (text) => void host.stdout.write(text),
    log(line) {
      progress.close();
      host.stderr.write(`${line}\n`);
    },
    close() {
      progress.close();
      interruption.stopListening();
    },
    async publish(thrown) {
      const told = story.finish({ thrown, exitCode: this.exitCode });
      if (told !== undefined) {
        await job.publishSummary(told, globals.summary);
        const { publishComment: tellPullRequest } = await import("./publish-comment.ts");
        const trouble = await tellPullRequest(told, story.run, host.env, interruption.signal.aborted);
        if (trouble !== undefined) progress.emit({ kind: "warning", text: trouble });
      }
      for (const mark of story.annotations) await job.annotate(mark);
      // Findings have their marks: the error would tell all of them again.
      if (isOffshootError(thrown) && !(thrown.code === "FINDINGS" && story.annotations.length > 0)) {
        await job.annotate({ severity: "error", title, message: describeError(thrown) });
      }
    },
  };
}

/** Flags as settings by key path; `--set` may name any of them. */
function settingsOf(globals: Globals): Record<string, unknown> {
  const { run, provider, ttl, postgres } = globals;
  const named = Object.entries({ run, provider, ttl, postgres }).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...(globals.set ?? []).map(splitSetting), ...named]);
}

function splitSetting(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new OffshootError("USAGE", `--set ${text} names no value.`, {
    remedy: "Write --set key=value, for example --set neon.parent=main",
  });
}
