import { parse } from "yaml";
import { known, list, map, type ReadPipeline, type Shell, text, type Trigger } from "./pipeline.ts";

/** Azure: each `script` has its own shell. The tasks that install a language are skipped here. */
export const readAzure: ReadPipeline = (source, trigger) => {
  const { jobs } = known(parse(source), "azure-pipelines.yml", ["trigger", "pr", "schedules", "pool", "jobs"]);
  return list(jobs, "jobs").flatMap((value) => {
    const job = known(value, "a job", ["job", "dependsOn", "condition", "steps"]);
    const condition = conditionOf(text(job["condition"], "condition"));
    if (condition.on !== trigger) return [];
    return [
      {
        name: text(job["job"], "job"),
        after: list(job["dependsOn"] ?? [], "dependsOn").map((name) => text(name, "dependsOn")),
        always: condition.always,
        shells: list(job["steps"], "steps").flatMap(shellsOf),
        afterwards: [],
      },
    ];
  });
};

function shellsOf(value: unknown): readonly Shell[] {
  const step = known(value, "a step", ["task", "inputs", "script", "env"]);
  if (step["task"] !== undefined) {
    if (["UseNode@1", "UsePythonVersion@0"].includes(text(step["task"], "task"))) return [];
    throw new Error(`This reader does not support the task: ${text(step["task"], "task")}`);
  }
  // No variable is defined here, so `$(NAME)` stays unchanged.
  const env = Object.fromEntries(Object.entries(map(step["env"] ?? {}, "env")).map(([name, filled]) => [name, text(filled, name)]));
  return [{ argv: ["bash", "--noprofile", "--norc", "-c"], script: text(step["script"], "script"), env }];
}

function conditionOf(condition: string): { readonly on: Trigger; readonly always: boolean } {
  switch (condition) {
    case "ne(variables['Build.Reason'], 'Schedule')":
      return { on: "push", always: false };
    case "and(always(), ne(variables['Build.Reason'], 'Schedule'))":
      return { on: "push", always: true };
    case "eq(variables['Build.Reason'], 'Schedule')":
      return { on: "schedule", always: false };
    default:
      throw new Error(`This reader does not support the condition: ${condition}`);
  }
}
