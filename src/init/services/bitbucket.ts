import { scalar } from "../yaml.ts";
import { jobsInOneShell } from "./jobs.ts";
import { indent, linesOf, type CiService } from "./service.ts";

/** Bitbucket Pipelines. No step runs after a failed step, but `after-script` always runs (Atlassian documentation, "Step options"). */
export const bitbucket: CiService = {
  title: "Bitbucket Pipelines",
  file: "bitbucket-pipelines.yml",
  others: [],
  host: /(?:^|\.)bitbucket\./,
  settings: [
    "To use Neon: add NEON_API_KEY (secured) and NEON_PROJECT_ID under Repository settings > Repository variables.",
    "To run the sweep: add a daily schedule of the pipeline `sweep` under Pipelines > Schedules.",
  ],
  pipeline(commands) {
    const { test, teardown, sweep } = jobsInOneShell(commands, "image");
    return {
      head: linesOf(`image: node:${commands.node}`, ""),
      body: linesOf(
        "# Each pipeline has its own database: a Neon branch if NEON_API_KEY is set, otherwise a Postgres in the step.",
        "pipelines:",
        "  default:",
        "    - step:",
        "        name: test",
        ...(commands.image === `node:${commands.node}` ? [] : [`        image: ${commands.image}`]),
        "        script:",
        ...indent(10, items(test)),
        "        # Deletes the database, even if the script was killed. Omit this in parallel steps, because they share the database.",
        "        after-script:",
        ...indent(10, items(teardown.filter((line) => !commands.install.includes(line)))),
        "  custom:",
        "    # Deletes databases that no teardown has deleted.",
        "    sweep:",
        "      - step:",
        "          name: sweep",
        "          script:",
        ...indent(12, items(sweep)),
      ),
    };
  },
};

function items(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `- ${scalar(line)}`);
}
