import type { ReadPipeline, Shell } from "./pipeline.ts";

/** Jenkins: stages run one after the other on one agent, each `sh` has its own shell, and `post` runs last. */
export const readJenkins: ReadPipeline = (source, trigger) => {
  const stages = [...source.matchAll(/^ {4}stage\('(\w+)'\) \{\n([^]*?)^ {4}\}/gm)];
  const started = stages.filter(([, , body = ""]) => body.includes("not { triggeredBy 'TimerTrigger' }") === (trigger === "push"));
  const post = /^ {2}post \{\n[^]*?always \{\n([^]*?)^ {4}\}/m.exec(source)?.[1];
  if (started.length !== 1 || post === undefined)
    throw new Error("This reader supports only one stage for each trigger, and needs a post section.");
  return started.map(([, name = "", body = ""]) => ({
    name,
    after: [],
    always: false,
    shells: shellsIn(body),
    afterwards: shellsIn(post),
  }));
};

function shellsIn(block: string): readonly Shell[] {
  return [...block.matchAll(/^ *sh (?:'''([^]*?)'''|'(.*)')$/gm)].map(([, several, one = ""]) => ({
    argv: ["sh", "-xec"],
    script: (several ?? one).replaceAll(/\\(.)/g, "$1"),
  }));
}
