import { createTwoFilesPatch } from "diff";
import { findBranch } from "../find.ts";
import { readPoint } from "../branch/source.ts";
import type { Neon } from "../neon.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";

/** `GET …/schema`: the schema as SQL. The mock keeps no history: a past point is checked, and shows the present. */
export async function getSchema(neon: Neon, project: Project, id: string, query: URLSearchParams): Promise<Reply> {
  const branch = findBranch(neon, project, id);
  readPoint(neon, project, query.get("lsn") ?? undefined, query.get("timestamp") ?? undefined);
  const format = query.get("format") ?? "sql";
  if (format !== "sql") throw refused(501, `the Neon mock does not make the format ${format} of a schema`);
  return { status: 200, body: { sql: await schemaOf(neon, branch, databaseOf(branch, query)) } };
}

/** `GET …/compare_schema`: a patch from the base branch, or else the parent, to the branch. */
export async function compareSchema(neon: Neon, project: Project, id: string, query: URLSearchParams): Promise<Reply> {
  const branch = findBranch(neon, project, id);
  const baseId = query.get("base_branch_id") ?? branch.parentId;
  if (baseId === undefined) throw refused(400, "base_branch_id is required for a branch without a parent");
  const base = findBranch(neon, project, baseId);
  const name = databaseOf(branch, query);
  const [before, after] = [await schemaOf(neon, base, name), await schemaOf(neon, branch, name)];
  if (before === after) return { status: 200, body: { diff: "" } };
  return { status: 200, body: { diff: createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after) } };
}

function databaseOf(branch: Branch, query: URLSearchParams): string {
  const name = query.get("db_name");
  if (name === null) throw refused(400, "db_name is required");
  if (!branch.databases.has(name)) throw refused(404, "database not found");
  return name;
}

/** Empty for a mock without Postgres servers, and for a database that the base does not have. */
async function schemaOf(neon: Neon, branch: Branch, database: string): Promise<string> {
  if (neon.storage === undefined || !branch.databases.has(database)) return "";
  return neon.storage.schema(branch, database);
}
