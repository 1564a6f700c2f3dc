import { advisedSchema } from "../../../src/commands/rehearse/advised-schema.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { tokensOf } from "../../../src/postgres/sql/tokens.ts";
import { subjectOf } from "../../../src/rehearsal/judge/subject.ts";
import { readState } from "../../../src/rehearsal/observe/relations.ts";
import { kindOf } from "../../../src/rehearsal/sql/kinds.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { namesIn } from "../../../src/rehearsal/sql/names.ts";
import type { Session } from "../session.ts";

/** Gives the statements that a rehearsal advises in place of others, in the state in which the database is now. */
export async function adviserOf(session: Session): Promise<(sql: string) => readonly string[]> {
  const schema = advisedSchema(await readCatalog(session));
  const { relations, major } = await readState(session);
  const all = [...relations.values()];
  return (sql) => {
    const tokens = tokensOf(sql);
    const part = { tokens, kind: kindOf(tokens), names: namesIn(tokens), at: undefined };
    const sent = { session: "s", sql, startMs: 0, endMs: 1, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
    const statement = { sent, startMs: 0, endMs: 1, pid: 1, transaction: 0, parts: [part], count: 1, migration: undefined, isQuiet: false };
    const shown = {
      files: migrationFiles([]),
      major,
      literals: true,
      relations: all,
      partitioned: all.filter(({ kind }) => kind === "p"),
      schema,
    };
    return subjectOf({ statement, part }, shown).subject.sql;
  };
}
