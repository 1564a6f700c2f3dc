import { stepsIn } from "./lines.ts";
import { indent, linesOf, type Service } from "./service.ts";

/** Jenkins, as a declarative pipeline. */
export const jenkins: Service = {
  title: "Jenkins",
  file: "Jenkinsfile",
  others: [],
  host: undefined,
  settings: [
    'With Neon: add the key as a credential of the kind "secret text" with the id `neon-api-key`, and remove the `//` before `environment`.',
    "The agents need Node, and for runs without a key Docker or a Postgres.",
  ],
  pipeline(recipe) {
    const { test, teardown, sweep } = stepsIn(recipe, "agent");
    const steps = (lines: readonly string[]): readonly string[] => ["steps {", ...indent(2, lines.map(sh)), "}"];
    return {
      head: "",
      body: linesOf(
        "// Every build has a database of its own: a Neon branch where NEON_API_KEY is set, else a Postgres on the agent.",
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
        "    // Removes the database also where a stage was killed.",
        "    always {",
        ...indent(6, teardown.slice(-1).map(sh)),
        "    }",
        "  }",
        "}",
      ),
    };
  },
};

/** A step of the shell; the text in Groovy's single quotes, where nothing is filled in. */
function sh(line: string): string {
  return `sh '${line.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
