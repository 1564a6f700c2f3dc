import { word } from "../migration-tools/shell.ts";
import type { Facts } from "./facts.ts";

/** How a Python project is installed and entered, as lines for a shell. */
export interface Python {
  readonly install: readonly string[];
  /** What stands before a command so that it finds the project's packages; ends with a blank, or is empty. */
  readonly enter: string;
}

/** Undefined where Python is not what migrates or tests here. */
export function pythonOf({ texts, migrations }: Facts): Python | undefined {
  const migrates = migrations.from === "tool" && ["alembic", "django"].includes(migrations.tool);
  const tests =
    texts["package.json"] === undefined && ["requirements.txt", "pyproject.toml", "manage.py"].some((file) => texts[file] !== undefined);
  if (!migrates && !tests) return undefined;
  if (texts["uv.lock"] !== undefined) return { install: ["pip install uv", "uv sync"], enter: "uv run " };
  if (texts["poetry.lock"] !== undefined) return { install: ["pip install poetry", "poetry install"], enter: "poetry run " };
  const folder = migrations.from === "tool" && migrations.directory !== undefined ? `${migrations.directory}/` : "";
  const listed = ["requirements.txt", `${folder}requirements.txt`].find((file) => texts[file] !== undefined);
  if (listed !== undefined) return { install: [`pip install -r ${word(listed)}`], enter: "" };
  const project = [".", folder].find((place) => texts[`${place === "." ? "" : place}pyproject.toml`] !== undefined);
  return { install: project === undefined ? [] : [`pip install ${word(project)}`], enter: "" };
}
