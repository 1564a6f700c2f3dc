import { jobsInOwnShells } from "./jobs.ts";
import { indent, linesOf, type CiService } from "./service.ts";

/** Jenkins, with a declarative pipeline. */
export const jenkins: CiService = {
  title: "Jenkins",
  file: "Jenkinsfile",
  others: [],
  host: undefined,
  hasOwnAgents: true,
  settings: [
    'To use Neon: add the API key as a "secret text" credential with the id `neon-api-key`, and remove the `//` before `environment`.',
    "The agents need Node. Runs without NEON_API_KEY also need Docker or Postgres on the agent.",
  ],
  pipeline(commands) {
    const { test, teardown, sweep } = jobsInOwnShells(commands, "agent");
    const steps = (lines: readonly string[]): readonly string[] => ["steps {", ...indent(2, lines.flatMap(sh)), "}"];
    return {
      head: "",
      body: linesOf(
        "// Each build has its own database: a Neon branch if NEON_API_KEY is set, otherwise a Postgres on the agent.",
        "pipeline {",
        "  agent any",
        "  triggers { cron('H 3 * * *') } // the sweep",
        "  // environment { NEON_API_KEY = credentials('neon-api-key') }",
        "  stages {",
        "    stage('test') {",
        "      when { not { triggeredBy 'TimerTrigger' } }",
        ...indent(6, steps(test)),
        "    }",
        "    stage('sweep') {",
        "      when { triggeredBy 'TimerTrigger' }",
        ...indent(6, steps(sweep)),
        "    }",
        "  }",
        "  post {",
        "    // Deletes the database, even if a stage was killed.",
        "    always {",
        ...indent(6, teardown.slice(-1).flatMap(sh)),
        "    }",
        "  }",
        "}",
      ),
    };
  },
};

/** A shell step. Groovy does not replace variables inside single quotes, and three of them quote several lines. */
function sh(script: string): readonly string[] {
  const lines = quoted(script).split("\n");
  return lines.length === 1 ? [`sh '${lines.join("")}'`] : ["sh '''", ...indent(2, lines), "'''"];
}

function quoted(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
