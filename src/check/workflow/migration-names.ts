import { changesNothing, isOffshoot, migrates } from "./commands.ts";
import { withoutPrefix } from "./shell.ts";

const RUNNER =
  /^(?:(?:npx|pnpm exec|pnpm dlx|yarn dlx|yarn exec|bunx)\s+)?(?:npm|pnpm|yarn|bun|turbo|nx|lerna|moon|wireit|g?make|just|task)(?=\s)(.*)$/;
const PROGRAM =
  /^(?:(?:npx|pnpm exec|yarn|bunx|poetry run|uv run|pipenv run|bundle exec)\s+)?(?:node|tsx|ts-node|bun(?:\s+run)?|deno\s+run|python[\d.]*|ruby|php|go\s+run|cargo\s+run)(?=\s)(.*)$/;
const ANY_PROGRAM = /\b(?:node|tsx|ts-node|deno|bun|python3?|ruby|php|go\s+run|cargo\s+run|dotnet)\b/;

const MIGRATION = /^migrat(?:e|ions?)$/;
/** A word that says what the script does with migrations in place of applying them. */
const OTHER_VERB =
  /^(?:status|create|new|add|generate|gen|make|list|lint|check|verify|validate|plan|dry|diff|rollback|down|undo|revert|docs?|types?|help|history|show|info|squash|format|fmt|build|compile|typecheck|export|snapshot|drop|dump|pull|introspect|test|tests|spec|pytest)$/;

/**
 * Whether a command calls a package script, a target or a program that has the name of a migration: `db:migrate`,
 * `scripts/migrate.ts`. `calls` is the text of the script, if it can be read: then it must start a program that the check
 * cannot read.
 */
export function migratesByName(command: string, calls: string | undefined): boolean {
  const bare = withoutPrefix(command).trim();
  if (changesNothing(bare) || isOffshoot(bare)) return false;
  const byRunner = RUNNER.exec(bare)?.[1];
  const words = (byRunner ?? PROGRAM.exec(bare)?.[1] ?? "").trim().split(/\s+/);
  const isNamed = byRunner === undefined ? namesProgram(words) : words.some((word, at) => isName(word) && !hasOtherVerb(words, at));
  return isNamed && (calls === undefined || (ANY_PROGRAM.test(calls) && !isOffshoot(calls) && !migrates(calls)));
}

/** The first argument that is not an option is the program. */
function namesProgram(words: readonly string[]): boolean {
  const at = words.findIndex((word) => word !== "" && !word.startsWith("-"));
  const program = words[at] ?? "";
  const name = words[at - 1] === "-m" ? (program.split(".").at(-1) ?? "") : (program.split("/").at(-1) ?? "").replace(/\.\w+$/, "");
  return isName(name) && !hasOtherVerb(words, at);
}

function hasOtherVerb(words: readonly string[], at: number): boolean {
  return words.slice(at + 1).some((word) => OTHER_VERB.test(word.replace(/^-+/, "")));
}

/** Whether the words of a name say that it applies migrations. `migrate:test` does, `test:migrations` does not. */
function isName(text: string): boolean {
  if (/^-|[=$]/.test(text)) return false;
  const words = text.toLowerCase().split(/[^a-z\d]+/);
  const at = words.findIndex((word) => MIGRATION.test(word));
  if (at === -1) return words.includes("db") && words.at(-1) === "push";
  return (
    !words.slice(0, at).some((word) => OTHER_VERB.test(word)) &&
    !words.slice(at + 1).some((word) => word !== "test" && OTHER_VERB.test(word))
  );
}
