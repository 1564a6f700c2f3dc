import * as fc from "fast-check";
import { mistakesIn } from "../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../src/check/workflow/document.ts";
import { isShell } from "../../../src/check/workflow/repository.ts";
import { REQUIREMENTS } from "../../../src/check/workflow/rules/required.ts";
import { scriptFile } from "../../../src/check/workflow/scripts.ts";
import { inputsOf } from "../../../src/check/workflow/inputs.ts";
import { compositeStepsOf, workflowOf } from "../../../src/check/workflow/workflow.ts";
import { changedText } from "../hostile.ts";
import { blocksOf, samplesBelow } from "../samples.ts";
import { target } from "../target.ts";

const SCRIPT = `#!/usr/bin/env bash
set -euo pipefail
for i in 1 2 3; do npm run migrate && ((count++)); done
alembic upgrade head | tee migrate.log || true
psql "$DATABASE_URL" -c 'select 1' # done
`;
const ACTION = `name: migrate\nruns:\n  using: composite\n  steps:\n    - run: npm run db\n      shell: bash\n`;
const WORKFLOWS = [
  ...samplesBelow(".github/workflows", ".yml"),
  ...blocksOf("docs/ci/github-actions.md", "yaml"),
  ...blocksOf("README.md", "yaml"),
  ...blocksOf("docs/check.md", "yaml"),
  "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          alembic upgrade head\n",
];
const PACKAGE = JSON.stringify({ scripts: { migrate: "npm run db", db: "npm run migrate && ./migrate.sh", "db:up": "make up" } });

const WORDS = [
  "\njobs:\n",
  "\n  b:\n    needs: [a, c]\n",
  "\n      - uses: ./action\n",
  "\n      - run: ",
  "\n        if: ",
  "${{ needs.a.outputs.x == 'true' }}",
  "always() && ",
  "\n    strategy:\n      matrix: { a: [1, 2] }\n",
  "npm run migrate",
  "make -C a up",
  "./migrate.sh",
  "alembic upgrade head",
  "DATABASE_URL",
  "neondatabase/create-branch-action@v5",
  "<<EOF\n",
  "$((",
  "'",
  "\\\n",
  " | tee x",
  " || true",
  "env:",
  "offshoot run -- ",
];

export const workflows = target({
  name: "workflow files",
  input: fc.record({
    workflow: changedText(WORKFLOWS, WORDS),
    script: changedText([SCRIPT], WORDS),
    packageJson: changedText([PACKAGE], [...WORDS, '"', "{", "}", ","]),
    action: changedText([ACTION], WORDS),
  }),
  read({ workflow, script, packageJson, action }) {
    const files: Readonly<Record<string, string>> = {
      "package.json": packageJson,
      "a/package.json": packageJson,
      "migrate.sh": script,
      Makefile: `up: down\n\t${script}\ndown: up\n\tmake up\n`,
      "action/action.yml": action,
    };
    const document = readDocument(workflow);
    const found = document.error === undefined ? workflowOf(".github/workflows/ci.yml", document) : undefined;
    const scripts = isShell("migrate.sh", script) ? [scriptFile("migrate.sh", script)] : [];
    const composite = readDocument(action);
    return [
      compositeStepsOf(composite),
      inputsOf(composite, {}).fillCondition("inputs.a == 'true'"),
      mistakesIn(found === undefined ? [] : [found], { read: (path) => files[path] }, scripts, REQUIREMENTS),
    ];
  },
});
