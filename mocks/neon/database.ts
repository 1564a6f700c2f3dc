import { fields, requiredText, text } from "./request-body.ts";
import { findBranch, findRole } from "./find.ts";
import type { Neon } from "./neon.ts";
import { refuseWhenLocked, schedule } from "./operations.ts";
import { type Reply, refused } from "./reply.ts";
import type { Branch, Database, Project } from "./state.ts";
import { databaseJson, operationJson } from "./json.ts";

export function listDatabases(neon: Neon, project: Project, branchId: string): Reply {
  const branch = findBranch(neon, project, branchId);
  return { status: 200, body: { databases: [...branch.databases.values()].map((database) => databaseJson(branch, database)) } };
}

export function getDatabase(neon: Neon, project: Project, branchId: string, name: string): Reply {
  const branch = findBranch(neon, project, branchId);
  const database = branch.databases.get(name);
  if (database === undefined) throw refused(404, "database not found");
  return { status: 200, body: { database: databaseJson(branch, database) } };
}

export function createDatabase(neon: Neon, project: Project, branchId: string, body: unknown): Reply {
  const branch = findBranch(neon, project, branchId);
  const request = fields(fields(body, "body")["database"], "database");
  const name = requiredText(request, "name", 63);
  const owner = findRole(branch, requiredText(request, "owner_name", 63));
  refuseWhenLocked(neon, project, branch);
  if (branch.databases.has(name)) throw refused(409, "database already exists");
  const database = newDatabase(neon, name, owner.name);
  branch.databases.set(name, database);
  return answer(neon, project, branch, database, 201);
}

/** `PATCH …/databases/{database_name}`: another name or owner. */
export async function updateDatabase(neon: Neon, project: Project, branchId: string, name: string, body: unknown): Promise<Reply> {
  const branch = findBranch(neon, project, branchId);
  const database = branch.databases.get(name);
  if (database === undefined) throw refused(404, "database not found");
  const request = fields(fields(body, "body")["database"], "database");
  const [newName, owner] = [text(request, "name", 63) ?? name, text(request, "owner_name", 63)];
  refuseWhenLocked(neon, project, branch);
  if (newName !== name && branch.databases.has(newName)) throw refused(409, "database already exists");
  database.ownerName = owner === undefined ? database.ownerName : findRole(branch, owner).name;
  database.name = newName;
  database.updatedAt = neon.clock.now();
  branch.databases.delete(name);
  branch.databases.set(newName, database);
  if (newName !== name) await neon.storage?.renameDatabase(branch, name, newName);
  return answer(neon, project, branch, database, 200);
}

export function deleteDatabase(neon: Neon, project: Project, branchId: string, name: string): Reply {
  const branch = findBranch(neon, project, branchId);
  const database = branch.databases.get(name);
  if (database === undefined) return { status: 204 };
  refuseWhenLocked(neon, project, branch);
  branch.databases.delete(name);
  return answer(neon, project, branch, database, 200);
}

export function newDatabase(neon: Neon, name: string, ownerName: string): Database {
  const now = neon.clock.now();
  return { id: neon.ids.number(), name, ownerName, createdAt: now, updatedAt: now };
}

function answer(neon: Neon, project: Project, branch: Branch, database: Database, status: number): Reply {
  const operations = schedule(neon, project, [
    { action: "apply_config", branchId: branch.id, work: () => neon.storage?.configure(branch) ?? Promise.resolve() },
  ]);
  return {
    status,
    body: { database: databaseJson(branch, database), operations: operations.map((operation) => operationJson(neon, operation)) },
  };
}
