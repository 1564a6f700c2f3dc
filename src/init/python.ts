import { posixWord } from "../shell-command.ts";
import type { RepositoryFacts } from "./repository-facts.ts";

/** The shell commands of a Python project. */
export interface PythonProject {
  readonly install: readonly string[];
  /** Prefix of a command that needs the project's packages. Ends with a space, or is empty. */
  readonly prefix: string;
}

/** Undefined if neither the migrations nor the tests use Python. */
export function pythonOf({ texts, migrations }: RepositoryFacts): PythonProject | undefined {
  const migrates = migrations.from === "tool" && ["alembic", "django"].includes(migrations.tool);
  const tests =
    texts["package.json"] === undefined && ["requirements.txt", "pyproject.toml", "manage.py"].some((file) => texts[file] !== undefined);
  if (!migrates && !tests) return undefined;
  if (texts["uv.lock"] !== undefined) return { install: ["pip install uv", "uv sync"], prefix: "uv run " };
  if (texts["poetry.lock"] !== undefined) return { install: ["pip install poetry", "poetry install"], prefix: "poetry run " };
  const folder = migrations.from === "tool" && migrations.directory !== undefined ? `${migrations.directory}/` : "";
  const listed = ["requirements.txt", `${folder}requirements.txt`].find((file) => texts[file] !== undefined);
  if (listed !== undefined) return { install: [`pip install -r ${posixWord(listed)}`], prefix: "" };
  const project = [".", folder].find((place) => texts[`${place === "." ? "" : place}pyproject.toml`] !== undefined);
  return { install: project === undefined ? [] : [`pip install ${posixWord(project)}`], prefix: "" };
}
