import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

interface Parsed {
  readonly context: { readonly errors: { getErrors(): readonly { readonly message: string }[] } };
}

type Parse = (file: { readonly name: string; readonly content: string }, trace: object) => Parsed;

/** GitHub's parser of action metadata and of workflows. Each function returns the errors of a file; GitHub accepts a file without errors. */
export interface GithubParser {
  action(content: string): readonly string[];
  workflow(content: string): readonly string[];
}

const SILENT = { error() {}, info() {}, verbose() {} };

const CONTENTS = 'export { parseAction } from "./actions/index.js"; export { parseWorkflow } from "./index.js";';

/** Loads the package `@actions/workflow-parser` from its folder `dist`. It is bundled first, because Node does not accept its JSON imports. */
export async function loadGithubParser(dist: string): Promise<GithubParser> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-github-parser-"));
  const outfile = join(folder, "parser.cjs");
  const stdin = { contents: CONTENTS, resolveDir: dist };
  await build({ stdin, outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
  const { parseAction, parseWorkflow } = (await import(outfile)) as { readonly parseAction: Parse; readonly parseWorkflow: Parse };
  await rm(folder, { recursive: true });
  const errorsOf =
    (parse: Parse, name: string) =>
    (content: string): readonly string[] =>
      parse({ name, content }, SILENT)
        .context.errors.getErrors()
        .map(({ message }) => message);
  return { action: errorsOf(parseAction, "action.yml"), workflow: errorsOf(parseWorkflow, "workflow.yml") };
}
