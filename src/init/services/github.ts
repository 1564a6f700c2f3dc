import type { PipelineCommands } from "../pipeline-commands.ts";
import { scalar } from "../yaml.ts";
import { indent, linesOf, type CiService } from "./service.ts";

/** GitHub Actions. The workflow has its own file, next to other workflows. */
export const github: CiService = {
  title: "GitHub Actions",
  file: ".github/workflows/offshoot.yml",
  others: [".github/workflows"],
  host: /(?:^|\.)github\./,
  settings: [
    "To use Neon: `gh secret set NEON_API_KEY` and `gh variable set NEON_PROJECT_ID`. Without them, and in forks, each job uses a local Postgres.",
  ],
  pipeline(commands) {
    const { run, down, sweep } = commands;
    return {
      head: "",
      body: linesOf(
        "# Each run has its own database: a Neon branch if NEON_API_KEY is set, otherwise a Postgres on the runner.",
        "name: offshoot",
        "on:",
        "  push:",
        "    branches: [main, master]",
        "  pull_request:",
        "  schedule:",
        '    - cron: "17 3 * * *" # the sweep',
        "",
        "permissions:",
        "  contents: read",
        "",
        "env:",
        "  NEON_API_KEY: ${{ secrets.NEON_API_KEY }}",
        "  NEON_PROJECT_ID: ${{ vars.NEON_PROJECT_ID }}",
        "",
        ...(commands.folder === "" ? [] : ["defaults:", "  run:", `    working-directory: ${scalar(commands.folder)}`, ""]),
        "jobs:",
        "  # Other jobs and matrix shards can run the same command. All of them share one database.",
        "  test:",
        "    if: github.event_name != 'schedule'",
        ...job([...commands.prepare, run], commands, commands.python),
        "",
        "  # Deletes the database, even if a job was killed.",
        "  teardown:",
        "    if: always() && github.event_name != 'schedule'",
        "    needs: [test]",
        ...job([down], commands, false),
        "",
        "  # Deletes databases that no teardown has deleted.",
        "  sweep:",
        "    if: github.event_name == 'schedule'",
        ...job([sweep], commands, false),
      ),
    };
  },
};

function job(lines: readonly string[], { node, install }: PipelineCommands, python: boolean): readonly string[] {
  return indent(4, [
    "runs-on: ubuntu-latest",
    "timeout-minutes: 30",
    "steps:",
    "  - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "  - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
    "    with:",
    `      node-version: "${node}"`,
    ...(python
      ? ["  - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0", "    with:", '      python-version: "3.x"']
      : []),
    ...[...install, ...lines].map((line) => `  - run: ${scalar(line)}`),
  ]);
}
