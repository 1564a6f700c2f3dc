import type { Facts } from "./facts.ts";
import type { Manager } from "./manager.ts";
import type { Manifest } from "./manifest.ts";

/** The command that runs the repository's tests, and what it needs beside Node. */
export interface Tests {
  readonly command: string;
  /** What the pipeline must have for it, for people; undefined where the template sees to that. */
  readonly needs?: string;
}

/** What npm writes into a new `package.json`. */
const PLACEHOLDER = /no test specified/;

/** Guesses by the files that are there; undefined where nothing tells. */
export function testsOf({ texts }: Facts, manifest: Manifest | undefined, manager: Manager | undefined): Tests | undefined {
  const script = manifest?.scripts["test"];
  if (typeof script === "string" && !PLACEHOLDER.test(script)) return { command: manager?.test ?? "npm test" };
  if (texts["manage.py"] !== undefined) return { command: "python3 manage.py test" };
  if (isPytest(texts)) return { command: "pytest" };
  if (texts["bin/rails"] !== undefined) return { command: "bin/rails test", needs: "Ruby and the bundle" };
  if (texts["go.mod"] !== undefined) return { command: "go test ./...", needs: "Go" };
  if (/^test:/m.test(texts["Makefile"] ?? "")) return { command: "make test", needs: "what the Makefile calls" };
  return undefined;
}

function isPytest(texts: Facts["texts"]): boolean {
  const evident = ["pytest.ini", "conftest.py", "tests/conftest.py"].some((file) => texts[file] !== undefined);
  return evident || ["requirements.txt", "pyproject.toml"].some((file) => /\bpytest\b/.test(texts[file] ?? ""));
}
