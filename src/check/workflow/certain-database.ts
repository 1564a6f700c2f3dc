import { withoutPrefix } from "./shell.ts";
import type { Migrating } from "./migrating.ts";

/**
 * A text that is equal for two migrations of one database in different workflows. Undefined when the workflows do not prove
 * which database it is: outputs of jobs and steps, inputs and variables of the machine can differ.
 */
export function certainDatabase({ reached, command }: Migrating): string | undefined {
  if (reached.kind !== "shared" || REMOTE.test(withoutPrefix(command.from)) || REMOTE.test(withoutPrefix(command.text))) return undefined;
  if (![reached.value, ...reached.values].every(isCertain)) return undefined;
  return [reached.value, ...reached.values, ...(command.text.match(SELECTS) ?? [])].join("\n");
}

/** Such a command runs on another machine, which has an environment of its own. */
const REMOTE = /^(?:ssh|kubectl|oc|heroku|fly|flyctl|gcloud|az|aws|docker|podman|vercel|railway|dokku|ansible\S*)(?=\s)/;
/** Options that select another database or configuration than the variable. */
const SELECTS = /\s(?:-d|-n|-c|-e|-x|--(?:database|db|dbname|name|config|env|environment|connection|url|using))(?:\s+|=)[^\s-]\S*/g;
/** Expressions that have one value for both workflows. */
const SAME =
  /\$\{\{\s*(?:(?:secrets|vars)\.\w+|github\.(?:ref|ref_name|head_ref|base_ref|sha|repository|repository_owner|event\.(?:number|pull_request\.(?:number|head\.ref|head\.sha|base\.ref))))\s*\}\}/gi;

function isCertain(value: string): boolean {
  // What is left names a server by itself, or an expression that is not known.
  return !/\$|%|\x60/.test(value.replaceAll(SAME, "x"));
}
