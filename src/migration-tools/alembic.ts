import { posixWord } from "../shell-command.ts";
import { alembicHistory } from "./alembic-history.ts";
import { type AlembicSettings, alembicSettings, versionTableName } from "./alembic-settings.ts";
import { headsOf, recordedHeadsOf } from "./revisions.ts";
import type { Revision, StepCommands, Tool } from "./tool.ts";

/** Alembic. `env.py` must read its URL from `DATABASE_URL`. Documentation: alembic.sqlalchemy.org, "Tutorial" and "Working with Branches". */
export const alembic: Tool = {
  name: "alembic",
  expects: "alembic.ini, [tool.alembic] in pyproject.toml, or Flask-Migrate's migrations/alembic.ini",
  async find(repository, folder) {
    const settings = await alembicSettings(repository, folder);
    if (settings === undefined) return undefined;
    const {
      files: [evidence, ...more],
      scripts,
      versions,
      command,
      isRecursive,
    } = settings;
    const listed = await Promise.all(versions.map((each) => (isRecursive ? repository.walk(each) : repository.list(each))));
    const history = await alembicHistory(repository, [...new Set(listed.flat())]);
    const revisions = "computed" in history ? [] : history.revisions;
    const table = await versionTableName(repository, settings);
    const computed = [history, table].flatMap((each) => ("computed" in each ? [each.computed] : []))[0];
    const { sql, schema = "public", table: name } = "computed" in table ? DEFAULT_TABLE : table;
    const outside = versions.filter((version) => !version.startsWith(`${scripts}/`));
    return {
      tool: "alembic",
      evidence,
      command: `${command("upgrade")} ${hasBranches(revisions) ? "heads" : "head"}`,
      files: [evidence, ...more, ...[scripts, ...outside].map((each) => `${each}/**/*.py`)],
      versionTable: {
        tables: [`${schema}.${name}`],
        name: sql,
        query: (from) => `select version_num as id from ${from}`,
        holds: "heads",
      },
      ...(computed === undefined ? {} : { unchecked: computed }),
      revisions,
      ...("computed" in history ? {} : { stepCommands: stepsOf(command) }),
    };
  },
};

/** With several branches, `head` is ambiguous for Alembic. */
function hasBranches(revisions: readonly Revision[]): boolean {
  return new Set(headsOf(revisions).map(({ branch }) => branch)).size > 1;
}

const DEFAULT_TABLE = { table: "alembic_version", schema: undefined, sql: "alembic_version" };

function stepsOf(command: AlembicSettings["command"]): StepCommands {
  return {
    up: (_applied, next) =>
      // Alembic also applies what a revision needs, so one start for each head of `next` is enough.
      recordedHeadsOf(next)
        .map(({ id }) => `${command("upgrade")} ${posixWord(id)}`)
        .join(" && "),
    // `X@Y` rolls back to Y only on the branch of X. Other revisions that come after Y are kept.
    down: (applied) => {
      const { id = "", follows = [] } = applied.at(-1) ?? {};
      return `${command("downgrade")} ${posixWord(`${id}@${follows[0] ?? "base"}`)}`;
    },
    irreversible: /NotImplementedError|RuntimeError: .*(downgrade|irreversible)/i,
  };
}
