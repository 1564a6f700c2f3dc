import type { PipelineCommands } from "../pipeline-commands.ts";
import { scalar } from "../yaml.ts";
import { jobsInOwnShells } from "./jobs.ts";
import { indent, linesOf, type CiService } from "./service.ts";

/** Azure Pipelines. A script can read a secret variable only if `env` lists it (Azure documentation, "Set secret variables"). */
export const azure: CiService = {
  title: "Azure Pipelines",
  file: "azure-pipelines.yml",
  others: [],
  host: /(?:^|\.)(?:dev\.azure\.com|visualstudio\.com)$/,
  settings: ["To use Neon: add the variables NEON_API_KEY (secret) and NEON_PROJECT_ID to the pipeline."],
  pipeline(commands) {
    const { test, teardown, sweep } = jobsInOwnShells(commands, "prepared");
    return {
      head: linesOf(
        "trigger:",
        "  branches:",
        "    include: [main, master]",
        "pr:",
        "  branches:",
        '    include: ["*"]',
        "schedules:",
        '  - cron: "17 3 * * *"',
        "    displayName: sweep",
        "    branches:",
        "      include: [main]",
        "    always: true",
        "",
        "pool:",
        "  vmImage: ubuntu-latest",
        "",
      ),
      body: linesOf(
        "# Each run has its own database: a Neon branch if NEON_API_KEY is set, otherwise a Postgres on the agent.",
        "jobs:",
        "  # Other jobs can run the same command. All of them share one database.",
        "  - job: test",
        "    condition: ne(variables['Build.Reason'], 'Schedule')",
        ...job(test, commands, commands.python),
        "",
        "  # Deletes the database, even if a job was killed.",
        "  - job: teardown",
        "    dependsOn: [test]",
        "    condition: and(always(), ne(variables['Build.Reason'], 'Schedule'))",
        ...job(teardown, commands, false),
        "",
        "  # Deletes databases that no teardown has deleted.",
        "  - job: sweep",
        "    condition: eq(variables['Build.Reason'], 'Schedule')",
        ...job(sweep, commands, false),
      ),
    };
  },
};

function job(lines: readonly string[], { node }: PipelineCommands, python: boolean): readonly string[] {
  return indent(4, [
    "steps:",
    "  - task: UseNode@1",
    "    inputs:",
    `      version: ${node}.x`,
    ...(python ? ["  - task: UsePythonVersion@0", "    inputs:", "      versionSpec: 3.x"] : []),
    ...lines.map((line) => `  - script: ${scalar(line)}`),
    // `env` belongs to the last script, which calls offshoot.
    "    env:",
    "      NEON_API_KEY: $(NEON_API_KEY)",
  ]);
}
