import type { CheckedObject } from "../finding.ts";
import { followStep } from "./follow.ts";
import type { Repository } from "./repository.ts";
import { writtenVariables } from "./shell.ts";
import type { Job, Step, Texts, Workflow } from "./workflow.ts";

/** A shell script: of a step, or in a file. */
export interface Script {
  readonly object: CheckedObject;
  readonly text: string;
  readonly file: string;
  /** The line of the file for a line of the script. A step has one line for all. */
  readonly lineOf: (at: number) => number;
  /** Whether the shell ends at the first command that fails, from the start. */
  readonly endsOnFailure: boolean;
  /** What the workflow sets for it. */
  readonly env: Texts;
}

/** A script in a file that is checked by itself. */
export function scriptFile(file: string, text: string): Script {
  return { object: { kind: "script", name: file }, text, file, lineOf: (at) => at, endsOnFailure: /^#!.*\s-\w*e/.test(text), env: {} };
}

/** The scripts of all steps, and the files of the repository that they run. Each file is there once. */
export function scriptsOf(workflows: readonly Workflow[], repository: Repository): readonly Script[] {
  const files = new Map<string, Script>();
  const ofSteps = workflows.flatMap(({ file, env, shell, jobs }) =>
    jobs.flatMap((job) =>
      job.steps
        .filter(({ run }) => run !== "")
        .map((step): Script => {
          const all = { ...env, ...job.env, ...leftBy(job.steps, step), ...step.env };
          for (const { file: called } of followStep(step, repository)) {
            const text = called === undefined || files.has(called) || !isScriptName(called) ? undefined : repository.read(called);
            // Variables of the step reach the script, too.
            if (called !== undefined && text !== undefined) files.set(called, { ...scriptFile(called, text), env: all });
          }
          return {
            object: { kind: "step", name: step.name },
            text: step.run,
            file,
            lineOf: () => step.line,
            // GitHub documentation, "Workflow syntax", `jobs.<job_id>.steps[*].shell`: bash and sh get -e, and Windows has pwsh.
            endsOnFailure: !/^(?:pwsh|powershell|cmd|python|node)\b|\{0\}/.test(step.shell ?? job.shell ?? shell ?? defaultShell(job)),
            env: all,
          };
        }),
    ),
  );
  return [...ofSteps, ...files.values()];
}

function defaultShell({ runsOn }: Job): string {
  return /\bwindows\b/i.test(runsOn) ? "pwsh" : "";
}

/** The variables that earlier steps of a job write for all later ones. */
function leftBy(steps: readonly Step[], step: Step): Texts {
  const lines = steps.slice(0, steps.indexOf(step)).flatMap(({ run }) => run.split("\n").filter((line) => line.includes("GITHUB_ENV")));
  return writtenVariables(lines.join("\n"));
}

function isScriptName(file: string): boolean {
  return !/(?:^|\/)(?:package\.json|[Mm]akefile|GNUmakefile|justfile|[^/]*\.mk)$/.test(file);
}
