import type { Recipe } from "../recipe.ts";
import { scalar } from "../scalar.ts";
import { stepsIn } from "./lines.ts";
import { indent, linesOf, type Service } from "./service.ts";

/** Azure Pipelines. Secret variables reach a script only where `env` names them (Azure documentation, "Set secret variables"). */
export const azure: Service = {
  title: "Azure Pipelines",
  file: "azure-pipelines.yml",
  others: [],
  host: /(?:^|\.)(?:dev\.azure\.com|visualstudio\.com)$/,
  settings: ["With Neon: add the variables NEON_API_KEY (secret) and NEON_PROJECT_ID to the pipeline."],
  pipeline(recipe) {
    const { test, teardown, sweep } = stepsIn(recipe, "agent");
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
        "# Every run has a database of its own: a Neon branch where the key is set, else a Postgres on the agent.",
        "jobs:",
        "  # Any number of jobs may do the same: they share one database.",
        "  - job: test",
        "    condition: ne(variables['Build.Reason'], 'Schedule')",
        ...job(test, recipe, recipe.python),
        "",
        "  # Removes the database also where a job was killed.",
        "  - job: teardown",
        "    dependsOn: [test]",
        "    condition: and(always(), ne(variables['Build.Reason'], 'Schedule'))",
        ...job(teardown, recipe, false),
        "",
        "  # Removes what no teardown reached.",
        "  - job: sweep",
        "    condition: eq(variables['Build.Reason'], 'Schedule')",
        ...job(sweep, recipe, false),
      ),
    };
  },
};

function job(lines: readonly string[], { node }: Recipe, python: boolean): readonly string[] {
  return indent(4, [
    "steps:",
    "  - task: UseNode@1",
    "    inputs:",
    `      version: ${node}.x`,
    ...(python ? ["  - task: UsePythonVersion@0", "    inputs:", "      versionSpec: 3.x"] : []),
    ...lines.map((line) => `  - script: ${scalar(line)}`),
    // The last line is the one that calls offshoot.
    "    env:",
    "      NEON_API_KEY: $(NEON_API_KEY)",
  ]);
}
