import { found, type CheckFinding } from "../../finding.ts";
import { commandsOf } from "../commands.ts";
import type { Workflow } from "../workflow.ts";

const PYTHON_IN_BACKGROUND = /\b(?:python[\d.]*|celery|gunicorn|uvicorn|rq|dramatiq)\b.*[^&>]&(?:\s*$|\s+(?!&))/;

/** Workers in the background whose log is written in blocks, so that nothing of it is there when they are killed. */
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

/** `((x++))` as a command of its own: its status is 1 where the value was 0, and `bash -e` ends there. */
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
