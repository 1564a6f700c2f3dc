import { parse } from "yaml";
import { known, lines, list, type PipelineJob, type ReadPipeline, text, type Trigger } from "./pipeline.ts";

const STEP = ["label", "key", "if", "commands", "wait", "continue_on_failure"];

/** Buildkite: all commands of a step share one shell. Steps between two waits run in parallel. */
export const readBuildkite: ReadPipeline = (source, trigger) => {
  const steps = list(known(parse(source), "pipeline.yml", ["steps"])["steps"], "steps").map((step) => known(step, "a step", STEP));
  const jobs: PipelineJob[] = [];
  let [before, always]: readonly [readonly string[], boolean] = [[], false];
  for (const step of steps) {
    if ("wait" in step) [before, always] = [jobs.map(({ name }) => name), step["continue_on_failure"] === true];
    else if (step["if"] === undefined || holds(text(step["if"], "if"), trigger)) {
      const script = lines(step["commands"], "commands").join("\n").replaceAll("$$", "$");
      jobs.push({
        name: text(step["key"], "key"),
        after: before,
        always,
        shells: [{ argv: ["bash", "-e", "-c"], script }],
        afterwards: [],
      });
    }
  }
  return jobs;
};

function holds(condition: string, trigger: Trigger): boolean {
  const [, operator, word] = /^build\.source (==|!=) "(\w+)"$/.exec(condition) ?? [];
  if (operator === undefined) throw new Error(`This reader does not support the condition: ${condition}`);
  return ((trigger === "schedule" ? "schedule" : "webhook") === word) === (operator === "==");
}
