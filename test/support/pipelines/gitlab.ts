import { parse } from "yaml";
import { known, lines, list, map, type ReadPipeline, type Shell, text, type Trigger } from "./pipeline.ts";

const STAGES = [".pre", "build", "test", "deploy", ".post"];

/** GitLab: all lines of a job share one shell. A stage starts when the previous one has ended. */
export const readGitlab: ReadPipeline = (source, trigger) => {
  const { workflow, ...jobs } = map(parse(source), ".gitlab-ci.yml");
  const { rules } = known(workflow ?? { rules: [{}] }, "workflow", ["rules"]);
  if (ruleOf(rules, trigger) === undefined) return [];
  const started = Object.entries(jobs).flatMap(([name, value]) => {
    const job = known(value, name, ["stage", "image", "rules", "script", "after_script"]);
    const rule = ruleOf(job["rules"] ?? [{}], trigger);
    return rule === undefined ? [] : [{ name, job, rule, stage: STAGES.indexOf(text(job["stage"] ?? "test", "stage")) }];
  });
  return started.map(({ name, job, rule, stage }) => ({
    name,
    after: started.filter((other) => other.stage < stage).map((other) => other.name),
    always: rule === "always",
    shells: [shellOf(job["script"])],
    afterwards: [shellOf(job["after_script"] ?? [])],
  }));
};

/** When the job runs, by the first rule that matches. Undefined if no rule matches. */
function ruleOf(rules: unknown, trigger: Trigger): "on_success" | "always" | undefined {
  for (const value of list(rules, "rules")) {
    const rule = known(value, "a rule", ["if", "when"]);
    if (rule["if"] !== undefined && !holds(text(rule["if"], "if"), trigger)) continue;
    if (rule["when"] === "never") return undefined;
    return rule["when"] === "always" ? "always" : "on_success";
  }
  return undefined;
}

function holds(condition: string, trigger: Trigger): boolean {
  // A pipeline for a merge request has no CI_COMMIT_BRANCH (GitLab documentation, "Predefined CI/CD variables reference").
  const variables: Readonly<Record<string, string>> = {
    CI_PIPELINE_SOURCE: trigger,
    ...((trigger as string) === "merge_request_event" ? {} : { CI_COMMIT_BRANCH: "feature" }),
    CI_DEFAULT_BRANCH: "main",
  };
  if (/^\$\w+( && \$\w+)*$/.test(condition)) return condition.split(" && ").every((each) => (variables[each.slice(1)] ?? "") !== "");
  const [, left = "", operator, word, right = ""] = /^\$(\w+) (==|!=) (?:"([^"]*)"|\$(\w+))$/.exec(condition) ?? [];
  if (operator === undefined) throw new Error(`This reader does not support the condition: ${condition}`);
  return (variables[left] === (word ?? variables[right])) === (operator === "==");
}

function shellOf(script: unknown): Shell {
  return { argv: ["bash", "-eo", "pipefail", "-c"], script: lines(script, "script").join("\n") };
}
