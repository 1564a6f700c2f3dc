import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { type CheckResult, resultOf } from "../check/report.ts";
import { describeFindings, tellFindings } from "../check/tell.ts";
import type { Workflow } from "../check/workflow/workflow.ts";
import { codeOf, OffshootError } from "../errors.ts";
import { silent } from "../events.ts";
import type { CommonOptions } from "../context/context.ts";
import { inPhase } from "../context/phase.ts";

export interface CheckWorkflowOptions extends Pick<CommonOptions, "cwd" | "onEvent"> {
  /** Workflow files of GitHub Actions; default all of `.github/workflows`. */
  readonly files?: readonly string[] | undefined;
}

const FOLDER = ".github/workflows";

/**
 * Looks for known mistakes in workflow files. Nothing is run. Findings are a result, not an error.
 *
 * Throws `CONFIG_UNREADABLE` for a file that can't be read, and `USAGE` for one that is no workflow, with its line.
 */
export async function checkWorkflow(options: CheckWorkflowOptions = {}): Promise<CheckResult> {
  const { onEvent: emit = silent } = options;
  const cwd = options.cwd ?? process.cwd();
  const files = options.files === undefined || options.files.length === 0 ? await filesIn(cwd) : options.files;
  const { mistakesIn } = await import("../check/workflow/rules.ts");
  const findings = await inPhase(
    emit,
    "audit",
    files.length === 1 ? "1 workflow" : `${files.length} workflows`,
    async () => mistakesIn(await Promise.all(files.map((file) => readWorkflow(cwd, file)))),
    describeFindings,
  );
  const result = resultOf(findings);
  tellFindings(emit, result.findings);
  return result;
}

async function filesIn(cwd: string): Promise<readonly string[]> {
  const names = await readdir(join(cwd, FOLDER)).catch((thrown: unknown) => {
    if (codeOf(thrown) === "ENOENT") return [];
    throw thrown;
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).toSorted();
  if (files.length > 0) return files.map((name) => `${FOLDER}/${name}`);
  throw new OffshootError("USAGE", `There is no workflow in ${FOLDER}.`, { remedy: "Name the files: offshoot check workflow ci.yml" });
}

async function readWorkflow(cwd: string, named: string): Promise<Workflow> {
  const path = resolve(cwd, named);
  const file = relative(cwd, path).replaceAll("\\", "/");
  const text = await readFile(path, "utf8").catch((thrown: unknown) => {
    throw new OffshootError("CONFIG_UNREADABLE", `Could not read the workflow ${file}: ${codeOf(thrown)}.`, { remedy: "Check the path." });
  });
  const [{ readDocument }, { workflowOf }] = await Promise.all([
    import("../check/workflow/document.ts"),
    import("../check/workflow/workflow.ts"),
  ]);
  const document = readDocument(text);
  if (document.error !== undefined) {
    throw new OffshootError("USAGE", `${file}:${document.error.line}: ${document.error.text}`, {
      remedy: "Correct the YAML; nothing was checked.",
    });
  }
  const workflow = workflowOf(file, document);
  if (workflow !== undefined) return workflow;
  throw new OffshootError("USAGE", `${file} is no workflow of GitHub Actions: it has no jobs, or nothing that starts them.`, {
    remedy: `Workflows stand in ${FOLDER}.`,
  });
}
