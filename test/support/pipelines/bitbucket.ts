import { parse } from "yaml";
import { known, lines, list, type ReadPipeline, text } from "./pipeline.ts";

/** Bitbucket: all lines of a step share one shell, and the lines of `after-script` share another. Steps run one after the other. */
export const readBitbucket: ReadPipeline = (source, trigger) => {
  const { pipelines } = known(parse(source), "bitbucket-pipelines.yml", ["image", "pipelines"]);
  const { default: onPush, custom } = known(pipelines, "pipelines", ["default", "custom"]);
  const steps = list(trigger === "push" ? onPush : known(custom, "custom", ["sweep"])["sweep"], "a pipeline").map((step) =>
    known(known(step, "an entry", ["step"])["step"], "step", ["name", "image", "script", "after-script"]),
  );
  const names = steps.map(({ name }) => text(name, "name"));
  return steps.map((step, at) => ({
    name: names[at] ?? "",
    after: names.slice(0, at),
    always: false,
    shells: [{ argv: ["bash", "-e", "-c"], script: lines(step["script"], "script").join("\n") }],
    afterwards: [{ argv: ["bash", "-e", "-c"], script: lines(step["after-script"] ?? [], "after-script").join("\n") }],
  }));
};
