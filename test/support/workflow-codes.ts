import { mistakesIn } from "../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../src/check/workflow/document.ts";
import { workflowOf } from "../../src/check/workflow/workflow.ts";

/** The codes of the findings in one workflow of a repository with these files. */
export function workflowCodes(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const document = readDocument(text);
  if (document.error !== undefined) throw new Error(document.error.text);
  const workflow = workflowOf(".github/workflows/ci.yml", document);
  if (workflow === undefined) throw new Error("This is not a workflow.");
  return mistakesIn([workflow], { read: (path) => files[path] }).map(({ code }) => code);
}
