import type { Recipe } from "../recipe.ts";
import { scalar } from "../scalar.ts";
import { indent, linesOf, type Service } from "./service.ts";

/** GitHub Actions: a workflow of its own, which stands beside any other. */
export const github: Service = {
  title: "GitHub Actions",
  file: ".github/workflows/offshoot.yml",
  others: [".github/workflows"],
  host: /(?:^|\.)github\./,
  settings: [
    "With Neon: `gh secret set NEON_API_KEY` and `gh variable set NEON_PROJECT_ID`. Without, and in forks, each job has a local Postgres.",
  ],
  pipeline(recipe) {
    const { run, down, sweep } = recipe;
    return {
      head: "",
      body: linesOf(
        "# Every run has a database of its own: a Neon branch where the key is set, else a Postgres on the runner.",
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
        ...(recipe.folder === "" ? [] : ["defaults:", "  run:", `    working-directory: ${scalar(recipe.folder)}`, ""]),
        "jobs:",
        "  # Any number of jobs, and of shards in a matrix, may do the same: they share one database.",
        "  test:",
        "    if: github.event_name != 'schedule'",
        ...job([...recipe.prepare, run], recipe, recipe.python),
        "",
        "  # Removes the database also where a job was killed.",
        "  teardown:",
        "    if: always() && github.event_name != 'schedule'",
        "    needs: [test]",
        ...job([down], recipe, false),
        "",
        "  # Removes what no teardown reached.",
        "  sweep:",
        "    if: github.event_name == 'schedule'",
        ...job([sweep], recipe, false),
      ),
    };
  },
};

function job(lines: readonly string[], { node, install }: Recipe, python: boolean): readonly string[] {
  return indent(4, [
    "runs-on: ubuntu-latest",
    "timeout-minutes: 30",
    "steps:",
    "  - uses: actions/checkout@v4",
    "  - uses: actions/setup-node@v4",
    "    with:",
    `      node-version: "${node}"`,
    ...(python ? ["  - uses: actions/setup-python@v5", "    with:", '      python-version: "3.x"'] : []),
    ...[...install, ...lines].map((line) => `  - run: ${scalar(line)}`),
  ]);
}
