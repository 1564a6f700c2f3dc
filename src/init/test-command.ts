import type { RepositoryFacts } from "./repository-facts.ts";
import type { PackageManager } from "./package-manager.ts";
import type { PackageJson } from "./package-json.ts";

/** The command that runs the tests of the repository. */
export interface TestCommand {
  readonly command: string;
  /** What the command needs besides Node and Python. Undefined if the generated pipeline already has it. */
  readonly needs?: string;
}

/** The test script that npm writes into a new `package.json`. */
const PLACEHOLDER = /no test specified/;

/** Guesses the test command from the files in the repository. Undefined if no file shows it. */
export function testCommandOf(
  { texts }: RepositoryFacts,
  packageJson: PackageJson | undefined,
  manager: PackageManager | undefined,
): TestCommand | undefined {
  const script = packageJson?.scripts["test"];
  if (typeof script === "string" && !PLACEHOLDER.test(script)) return { command: manager?.test ?? "npm test" };
  if (texts["manage.py"] !== undefined) return { command: "python3 manage.py test" };
  if (isPytest(texts)) return { command: "pytest" };
  if (texts[".rspec"] !== undefined) return { command: "bundle exec rspec" };
  if (texts["bin/rails"] !== undefined) return { command: "bin/rails test" };
  const rake = rakeOf(texts);
  if (rake !== undefined) return { command: rake };
  if (texts["go.mod"] !== undefined) {
    // lib/pq asks for TLS if neither the URL nor this variable says otherwise, and a local server has none. The URL of Neon does.
    const hasPq = /\bgithub\.com\/lib\/pq\b/.test(texts["go.mod"]);
    return { command: hasPq ? "env PGSSLMODE=disable go test ./..." : "go test ./..." };
  }
  if (/^test:/m.test(texts["Makefile"] ?? "")) return { command: "make test", needs: "the programs that the Makefile uses" };
  return undefined;
}

/** Without the task `default`, `rake` alone fails. Bundler starts only programs of the Gemfile, and rake is also part of Ruby itself. */
function rakeOf(texts: RepositoryFacts["texts"]): string | undefined {
  const rakefile = texts["Rakefile"] ?? "";
  const task = /\btask\b[^\n]*\bdefault\b/.test(rakefile) ? "" : /\btest\b|\bTestTask\b/i.test(rakefile) ? " test" : undefined;
  if (task === undefined) return undefined;
  const isInBundle = /\brake\b/.test(`${texts["Gemfile"] ?? ""}\n${texts["Gemfile.lock"] ?? ""}`);
  return `${isInBundle ? "bundle exec rake" : "rake"}${task}`;
}

function isPytest(texts: RepositoryFacts["texts"]): boolean {
  const hasPytestFile = ["pytest.ini", "conftest.py", "tests/conftest.py"].some((file) => texts[file] !== undefined);
  return hasPytestFile || ["requirements.txt", "pyproject.toml"].some((file) => /\bpytest\b/.test(texts[file] ?? ""));
}
