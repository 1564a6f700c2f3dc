import { found, type CheckFinding } from "../../finding.ts";
import { commandsOf } from "../commands.ts";
import type { Workflow } from "../workflow.ts";

const PYTHON_IN_BACKGROUND = /\b(?:python[\d.]*|celery|gunicorn|uvicorn|rq|dramatiq)\b.*[^&>]&(?:\s*$|\s+(?!&))/;

/** Python processes in the background that buffer their output: when they are killed, it is lost. */
export function outputBuffered({ file, env, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps
      .filter((step) => !("PYTHONUNBUFFERED" in { ...env, ...job.env, ...step.env }) && !/PYTHONUNBUFFERED/.test(step.run))
      .flatMap((step) =>
        commandsOf(step.run)
          .filter((command) => PYTHON_IN_BACKGROUND.test(command) && !/\bpython[\d.]*\s+-\w*u/.test(command))
          .map((command) => found("output-buffered", { kind: "step", name: step.name }, { command }, { file, line: step.line })),
      ),
  );
}

/** `((x++))` as a separate command: its status is 1 when the value was 0, and `bash -e` then ends the script. */
export function incrementEnds({ file, jobs }: Workflow): readonly CheckFinding[] {
  return jobs.flatMap((job) =>
    job.steps
      .filter((step) => !/\bset \+e\b/.test(step.run) && !/^(?:sh|pwsh|powershell|cmd|python)\b/.test(step.shell ?? ""))
      .flatMap((step) =>
        commandsOf(step.run)
          .filter((command) => /(?:^|;\s*|&&\s*)\(\(\s*\w+(?:\+\+|--)\s*\)\)\s*(?:;|$)/.test(command))
          .map((command) => found("increment-ends-script", { kind: "step", name: step.name }, { command }, { file, line: step.line })),
      ),
  );
}
