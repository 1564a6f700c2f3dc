import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";

const DEFAULT_FOLDER = "migrations";

/**
 * The folder with the configuration of Alembic that Flask-Migrate writes: `env.py` gets the database from the Flask application,
 * so `alembic` itself cannot run it. `.` if the repository is that folder. Undefined for Alembic without Flask.
 * Documentation: flask-migrate.readthedocs.io, "Command Reference".
 */
export async function flaskFolder(repository: Repository, folder = DEFAULT_FOLDER): Promise<string | undefined> {
  for (const each of [".", folder]) {
    const read = async (name: string): Promise<string> => (await repository.read(each === "." ? name : `${each}/${name}`)) ?? "";
    if (/\bcurrent_app\b/.test(await read("env.py")) && (await read("alembic.ini")) !== "") return each;
  }
  return undefined;
}

/** The folder is an option of each command, not of `flask db`. */
export function flaskCommand(folder: string): (verb: string) => string {
  return (verb) => (folder === DEFAULT_FOLDER ? `flask db ${verb}` : `flask db ${verb} -d ${posixWord(folder)}`);
}
