import type { HiddenBy } from "../../facts.ts";
import { found, type CheckFinding } from "../../finding.ts";
import { migrates } from "../commands.ts";
import { migratingCommands } from "../migrating.ts";
import type { Repository } from "../repository.ts";
import { logicalLines, simpleCommands, withoutPrefix } from "../shell.ts";
import type { Job, Step, Workflow } from "../workflow.ts";

/**
 * Migrations that can fail without failing their step. A step without `shell` runs with `bash -e`, without `pipefail`
 * (GitHub documentation, "Workflow syntax", `jobs.<job_id>.steps[*].shell`).
 */
export function failureHidden({ file, shell, jobs }: Workflow, repository: Repository): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps.flatMap((step) =>
      migratingLines(step, repository).flatMap((migrating) => {
        const by = hiddenBy(migrating, step, job, step.shell ?? job.shell ?? shell);
        return by === undefined
          ? []
          : [
              found(
                "migration-failure-hidden",
                { kind: "step", name: step.name },
                { command: migrating.line, by },
                { file, line: step.line },
              ),
            ];
      }),
    ),
  );
}

/** A line of a step that migrates. */
interface MigratingLine {
  readonly line: string;
  /** The commands of the line that migrate, or that call the scripts that do. */
  readonly from: readonly string[];
  /** The lines of the scripts through which it migrates. */
  readonly inner: readonly string[];
}

function migratingLines(step: Step, repository: Repository): readonly MigratingLine[] {
  const commands = migratingCommands(step, repository);
  return [...new Set(commands.map(({ fromLine }) => fromLine))].map((line) => {
    const ofLine = commands.filter(({ fromLine }) => fromLine === line);
    return {
      line,
      from: ofLine.map(({ from }) => from),
      inner: ofLine.filter(({ file }) => file !== undefined).map((command) => command.line),
    };
  });
}

function hiddenBy({ line, from, inner }: MigratingLine, step: Step, job: Job, shell: string | undefined): HiddenBy | undefined {
  if (step.continueOnError && !readsOutcome(step, job.text)) return "continue-on-error";
  if (job.continueOnError) return "continue-on-error of the job";
  if (hasFallback(withoutExpressions(line), from) || inner.some((each) => hasFallback(each, []))) return "the command after ||";
  if (isBeforeAPipe(line, from) && shell === undefined && !/pipefail/.test(step.run)) return "a pipe";
  if (isInBackground(line, from) && !/\bwait\s+(?:-n|["']?[$%])/.test(step.run)) return "&";
  return isIgnored(line, step.run, shell);
}

/** Whether another step of the job decides by the outcome of this one (GitHub documentation, "Contexts", `steps.<id>.outcome`). */
function readsOutcome({ id }: Step, job: string): boolean {
  return id !== undefined && job.includes(`steps.${id}.outcome`);
}

function withoutExpressions(line: string): string {
  return line.replaceAll(/"[^"]*"|'[^']*'|\$\{\{.*?\}\}/g, "");
}

/** Whether a line continues with success after a failure. A second try of the migration fails as the first one. */
function hasFallback(line: string, from: readonly string[]): boolean {
  const [, ...alternatives] = line.split("||");
  const last = alternatives.at(-1);
  if (last === undefined) return false;
  if (/^\s*(?:exit\s+[1-9]|[{(][^})]*exit\s+[1-9]|return\s+[1-9]|false\b)/.test(last)) return false;
  const tried = withoutPrefix(
    simpleCommands(last.replace(/[)}\s;]+$/, ""))
      .at(-1)
      ?.trim() ?? "",
  );
  return !migrates(tried) && !from.some((each) => withoutExpressions(withoutPrefix(each)).trim() === tried && tried !== "");
}

/** Whether the status of the pipe is that of a later command. */
function isBeforeAPipe(line: string, from: readonly string[]): boolean {
  return from.some((command) => /^(?:[^|)}]*(?:[)}]|\b(?:done|fi|esac)\b))?(?:\s*2>&1)?\s*\|&?(?!\|)/.test(after(line, command)));
}

/** Whether the shell continues without waiting for the command. */
function isInBackground(line: string, from: readonly string[]): boolean {
  return from.some((command) => /^\s*[)}]?\s*&(?![&>])/.test(after(line, command)));
}

function after(line: string, command: string): string {
  return line.slice(line.indexOf(command) + command.length);
}

/** Whether the step continues after a failure and reads no status. The last line of a script decides its status. */
function isIgnored(line: string, script: string, shell: string | undefined): HiddenBy | undefined {
  const isWithoutExit = shell !== undefined && /\{0\}/.test(shell) && /^(?:ba|z|da|k)?sh\b/.test(shell) && !/\s-\w*e/.test(shell);
  let by: HiddenBy | undefined = isWithoutExit ? "a shell without -e" : undefined;
  const lines = logicalLines(script);
  const at = lines.findIndex(({ text }) => text === line);
  for (const { text } of lines.slice(0, at)) {
    if (/^set\s(?:.*\s)?(?:\+\w*e|\+o\s+errexit)/.test(text)) by = "set +e";
    if (/^set\s(?:.*\s)?(?:-\w*e|-o\s+errexit)/.test(text)) by = undefined;
  }
  const later = lines.slice(at + 1).map(({ text }) => text);
  const readsStatus = /\$\?|\bPIPESTATUS\b/.test([line, ...later].join("\n")) || /^(?:if|while|until|elif)\b|&&/.test(line);
  return later.length === 0 || readsStatus ? undefined : by;
}
