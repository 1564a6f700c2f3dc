import { inertForAzure } from "./inert.ts";
import type { Env } from "../environment.ts";
import { serverOfUrl } from "../identity/service-key.ts";
import { repositoryFromRemote } from "../identity/git-remote.ts";
import { type CiService, positiveInteger, variable } from "./ci.ts";
import { asVariables, shellDefaults } from "./shell.ts";
import { maskable, stderr, type Write } from "./write.ts";

/**
 * Azure Pipelines. All jobs and stages of a run have the same `BUILD_BUILDID`, also retried stages (Azure documentation,
 * "Predefined variables" and "Logging commands").
 */
export const azure: CiService = {
  rerun: { service: "Azure Pipelines", action: "Rerun failed jobs", onlyJob: false },
  ...shellDefaults,
  detect(env) {
    if (variable(env, "TF_BUILD") === undefined) return undefined;
    return {
      service: "azure",
      isCi: true,
      facts: {
        service: "azure",
        server: serverOfUrl(variable(env, "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")),
        repository: repositoryFromRemote(variable(env, "BUILD_REPOSITORY_URI")) ?? variable(env, "BUILD_REPOSITORY_NAME"),
        ref: variable(env, "SYSTEM_PULLREQUEST_SOURCEBRANCHNAME", "BUILD_SOURCEBRANCHNAME"),
        runId: variable(env, "BUILD_BUILDID"),
        invocation: undefined,
        // A retry increases the attempt of the stage or of the job.
        attempt: Math.max(
          positiveInteger(variable(env, "SYSTEM_STAGEATTEMPT")) ?? 1,
          positiveInteger(variable(env, "SYSTEM_JOBATTEMPT")) ?? 1,
        ),
        isAttemptOfJob: true,
        pullRequest: positiveInteger(variable(env, "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID")),
        shard: Number(variable(env, "SYSTEM_TOTALJOBSINPHASE") ?? 1) > 1 ? variable(env, "SYSTEM_JOBPOSITIONINPHASE") : undefined,
        job: variable(env, "SYSTEM_JOBNAME", "AGENT_JOBNAME"),
        // Unique for a single attempt of a single job.
        jobId: variable(env, "SYSTEM_JOBID"),
      },
      // Builds of forks get no secrets unless the pipeline allows it.
      secretsWithheld: variable(env, "SYSTEM_PULLREQUEST_ISFORK")?.toLowerCase() === "true",
    };
  },
  mask: (secrets) => stderr(...maskable(secrets).map((secret) => command("task.setsecret", {}, secret))),
  // Azure does not pass a secret variable to the environment of later steps: each step must list it under `env:`.
  exports: (variables) =>
    stderr(
      ...Object.entries(variables).map(([name, value]) =>
        command("task.setvariable", { variable: name, ...(isSecret(name) ? { issecret: "true" } : {}) }, value),
      ),
    ),
  outputs: (facts) =>
    stderr(
      ...Object.entries(asVariables(facts)).map(([name, value]) =>
        command("task.setvariable", { variable: name, isoutput: "true" }, value),
      ),
    ),
  inert: inertForAzure,
  group: (title) => ({ begin: `##[group]${title}\n`, end: "##[endgroup]\n" }),
  annotate: ({ severity, title, message, file, line }) =>
    severity === "info"
      ? []
      : stderr(
          command(
            "task.logissue",
            { type: severity, ...(file === undefined ? {} : { sourcepath: file, linenumber: String(line ?? 1) }) },
            `${title}: ${message}`,
          ),
        ),
  summary(markdown, { env, random }) {
    const folder = variable(env, "AGENT_TEMPDIRECTORY");
    if (folder === undefined) return [];
    const path = `${folder}/offshoot-${random()}.md`;
    const file: Write = { to: "file", path, text: markdown };
    return [file, ...stderr(command("task.uploadsummary", {}, path))];
  },
};

/**
 * The environment without unexpanded macros. Azure leaves `$(NAME)` in the pipeline's file unchanged if the variable does
 * not exist (Azure documentation, "Define variables"), and the text would be used as a value.
 */
export function withoutUnexpandedMacros(env: Env): Env {
  if (variable(env, "TF_BUILD") === undefined) return env;
  return Object.fromEntries(Object.entries(env).filter(([, value]) => !/^\$\([\w.-]+\)$/.test(value ?? "")));
}

function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const given = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `##vso[${[name, given.join(";")].filter((part) => part !== "").join(" ")}]${escapeMessage(message)}`;
}

/** `%AZP25` is the percent sign. Agents since version 2.169 decode it. */
function escapeMessage(text: string): string {
  return text.replaceAll("%", "%AZP25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(";", "%3B").replaceAll("]", "%5D");
}

function isSecret(name: string): boolean {
  return name === "PGPASSWORD" || name.startsWith("DATABASE_URL");
}
