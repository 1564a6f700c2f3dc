import { parse } from "yaml";
import { known, list, map, type PipelineJob, type ReadPipeline, type Shell, text, type Trigger } from "./pipeline.ts";

/** CircleCI: each `run` has its own shell, which first runs the file in `BASH_ENV`. */
export const readCircleci: ReadPipeline = (source, trigger) => {
  const { jobs, workflows } = known(parse(source), "config.yml", ["version", "jobs", "workflows"]);
  return Object.values(map(workflows, "workflows")).flatMap((value) => {
    const workflow = known(value, "a workflow", ["when", "jobs"]);
    if (workflow["when"] !== undefined && !holds(workflow["when"], trigger)) return [];
    return list(workflow["jobs"], "jobs").map((entry) => jobOf(entry, map(jobs, "jobs")));
  });
};

function jobOf(entry: unknown, jobs: Readonly<Record<string, unknown>>): PipelineJob {
  const [name = "", settings] = typeof entry === "string" ? [entry, {}] : (Object.entries(map(entry, "a job"))[0] ?? []);
  const requires = list(known(settings, name, ["requires"])["requires"] ?? [], "requires").map((required) =>
    typeof required === "string" ? ([required, "success"] as const) : (Object.entries(map(required, "requires"))[0] ?? ["", ""]),
  );
  const { docker, steps } = known(jobs[name], name, ["docker", "steps"]);
  const [container] = list(docker, "docker");
  return {
    name,
    image: text(known(container, "a container", ["image"])["image"], "image"),
    after: requires.map(([required]) => required),
    always: requires.length > 0 && requires.every(([, status]) => status === "terminal"),
    shells: stepsOf(steps, "on_success"),
    afterwards: stepsOf(steps, "always"),
  };
}

/** In the files that are read here, the steps that always run are the last ones. */
function stepsOf(steps: unknown, wanted: "on_success" | "always"): readonly Shell[] {
  return list(steps, "steps").flatMap((step) => {
    if (step === "checkout") return [];
    const { run } = known(step, "a step", ["run"]);
    const { command, when = "on_success" } = typeof run === "string" ? { command: run } : known(run, "run", ["command", "when"]);
    const script = text(command, "command").replaceAll(String.raw`\<<`, "<<");
    return when === wanted ? [{ argv: ["bash", "-eo", "pipefail", "-c"], script } satisfies Shell] : [];
  });
}

function holds(condition: unknown, trigger: Trigger): boolean {
  const { not, equal } = known(condition, "when", ["not", "equal"]);
  if (not !== undefined) return !holds(not, trigger);
  const source = trigger === "schedule" ? "scheduled_pipeline" : "webhook";
  const [left, right] = list(equal, "equal").map((value) => (value === "<< pipeline.trigger_source >>" ? source : value));
  return left === right;
}
