import { checkOptionNames } from "../context/option-names.ts";
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { describeFindings } from "../findings/count.ts";
import type { Severity } from "../findings/finding.ts";
import { type CheckResult, finishCheck } from "./check-result.ts";
import type { Script } from "../check/workflow/scripts.ts";
import type { Workflow } from "../check/workflow/workflow.ts";
import { type Requirement, REQUIREMENTS } from "../check/workflow/rules/required.ts";
import { repositoryAt } from "../check/workflow/files.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { loadSettings } from "../config/load.ts";
import { nearest } from "../nearest.ts";
import { silent } from "../events.ts";
import { readFailure, readText } from "../read-file.ts";
import type { CommonOptions } from "../context/context.ts";
import { withCleanErrors } from "../context/clean-errors.ts";
import { inPhase } from "../context/phase.ts";
import type { Env } from "../environment.ts";
import { secretValues } from "../own-secrets.ts";
import { chosenFolder } from "../process/working-directory.ts";

export interface CheckWorkflowOptions extends Pick<CommonOptions, "cwd" | "env" | "onEvent" | "config" | "settings"> {
  /** Workflow files of GitHub Actions and shell scripts; default all workflows in `.github/workflows`. */
  readonly files?: readonly string[] | undefined;
  /** Steps that the workflows must contain; default: the setting `check.workflow.require`. */
  readonly require?: readonly Requirement[] | undefined;
  /** The lowest severity that fails the check; default `error`. */
  readonly failOn?: Severity | undefined;
}

const FOLDER = ".github/workflows";

/**
 * Finds known mistakes in workflow files and shell scripts. Nothing is run. Findings are a result, not an error.
 *
 * Throws `CONFIG_UNREADABLE` for a file that cannot be read, `CONFIG_INVALID` for an invalid setting, and `USAGE` for invalid YAML, an unknown required step, and for a file that is neither a
 * workflow nor a shell script.
 */
export async function checkWorkflow(options: CheckWorkflowOptions = {}): Promise<CheckResult> {
  checkOptionNames(options);
  const env = options.env ?? process.env;
  return withCleanErrors({ secrets: secretValues(env) }, () => checkWith(options, env));
}

async function checkWith(options: CheckWorkflowOptions, env: Env): Promise<CheckResult> {
  const { onEvent: emit = silent } = options;
  const cwd = await chosenFolder(options.cwd);
  const named = options.files === undefined || options.files.length === 0 ? await filesIn(cwd) : options.files;
  const required = options.require === undefined ? await requiredBySettings(cwd, env, options) : checkedRequirements(options.require);
  // A file that is named twice is checked once.
  const paths = [...new Set(named.map((file) => resolve(cwd, file)))];
  const { mistakesIn } = await import("../check/workflow/all-rules.ts");
  const findings = await inPhase(
    emit,
    "workflow",
    paths.length === 1 ? "1 file" : `${paths.length} files`,
    async () => {
      const files = await Promise.all(paths.map((path) => readChecked(cwd, path, named === options.files)));
      const workflows = files.flatMap(({ workflow }) => workflow ?? []);
      return mistakesIn(
        workflows,
        repositoryAt(cwd),
        files.flatMap(({ script }) => script ?? []),
        required,
      );
    },
    describeFindings,
  );
  return finishCheck({ command: "check workflow", findings, failOn: options.failOn, cwd, emit });
}

async function requiredBySettings(
  cwd: string,
  env: Env,
  { config: file, settings: flags }: CheckWorkflowOptions,
): Promise<readonly Requirement[]> {
  return (await loadSettings({ cwd, env, flags, file })).settings.check.workflow.require;
}

function checkedRequirements(names: readonly string[]): readonly Requirement[] {
  return names.map((name) => {
    const known = REQUIREMENTS.find((each) => each === name);
    if (known !== undefined) return known;
    const similar = nearest(name, REQUIREMENTS);
    throw new OffshootError(
      "USAGE",
      `"${name}" is not a step that --require knows.${similar === undefined ? "" : ` Did you mean ${similar}?`}`,
      {
        remedy: `The steps are ${REQUIREMENTS.join(", ")}.`,
      },
    );
  });
}

async function filesIn(cwd: string): Promise<readonly string[]> {
  const names = await readdir(join(cwd, FOLDER)).catch((thrown: unknown) => {
    if (codeOf(thrown) === "ENOENT") return [];
    throw thrown;
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  if (files.length > 0) return files.map((name) => `${FOLDER}/${name}`);
  throw new OffshootError("USAGE", `No workflow was found in ${FOLDER}.`, {
    remedy: "Name the workflow files: npx offshoot check workflow ci.yml",
  });
}

async function readChecked(
  cwd: string,
  path: string,
  isNamed: boolean,
): Promise<{ readonly workflow?: Workflow; readonly script?: Script }> {
  const file = relative(cwd, path).replaceAll("\\", "/") || ".";
  const text = await readText(path).catch((thrown: unknown) => {
    throw new OffshootError("CONFIG_UNREADABLE", `Could not read ${file}: ${readFailure(thrown)}.`, {
      remedy: "Check the path and the permissions of the file.",
    });
  });
  const [{ readDocument }, { workflowOf }, { isShell }, { scriptFile }] = await Promise.all([
    import("../check/workflow/document.ts"),
    import("../check/workflow/workflow.ts"),
    import("../check/workflow/repository.ts"),
    import("../check/workflow/scripts.ts"),
  ]);
  if (isShell(file, text)) return { script: scriptFile(file, text) };
  const document = readDocument(text);
  if (document.error !== undefined) {
    throw new OffshootError("USAGE", `${file}:${document.error.line}: ${document.error.text}`, {
      meaning: "The file is not valid YAML. No workflow was checked.",
      remedy: "Correct the file, and run the check again.",
    });
  }
  const workflow = workflowOf(file, document);
  if (workflow !== undefined) return { workflow };
  // Some repositories keep a workflow whose lines are all comments.
  if (!isNamed && document.value === null) return {};
  throw new OffshootError("USAGE", `${file} is not a GitHub Actions workflow: \`jobs\` or \`on\` is missing.`, {
    remedy: `Name a workflow file, such as ${FOLDER}/ci.yml, or a shell script.`,
  });
}
