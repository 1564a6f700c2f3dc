import { markReady, newBranch } from "../branch/create.ts";
import { createdUris } from "../connection-uri.ts";
import { newDatabase } from "../database.ts";
import { addEndpoint, readEndpoint, setState, startStep } from "../endpoint.ts";
import { branchJson, databaseJson, endpointJson, operationJson, roleJson } from "../json.ts";
import type { Neon, NeonOptions } from "../neon.ts";
import { schedule } from "../operations.ts";
import { refuseProjectKey } from "../account/access.ts";
import { annotation, boolean, fields, number, text } from "../request-body.ts";
import type { Call, Reply } from "../reply.ts";
import { newRole } from "../role.ts";
import type { Branch, Project } from "../state.ts";
import { projectJson } from "./json.ts";

/** Creates the account's project: the default branch `main`, a running compute, and the roles and databases of the options. */
export async function createFirstProject(neon: Neon, options: NeonOptions): Promise<Project> {
  const project = newProject(neon, neon.projectId, {
    postgresMajor: options.postgresMajor ?? 17,
    storesPasswords: options.storesPasswords ?? true,
  });
  const branch = addRootBranch(neon, project, "main");
  for (let index = 1; index <= (options.roles ?? 1); index++) addRole(neon, branch, index === 1 ? "neondb_owner" : `role_${index}`);
  for (let index = 1; index <= (options.databases ?? 1); index++) {
    addDatabase(neon, branch, index === 1 ? "neondb" : `database_${index}`, "neondb_owner");
  }
  const endpoint = await addEndpoint(neon, project, branch, readEndpoint(neon, { type: "read_write" }));
  if (neon.storage !== undefined) {
    await neon.storage.configure(branch);
    await neon.storage.start(endpoint);
  }
  markReady(neon, branch);
  setState(neon, endpoint, "active");
  return project;
}

/** `POST /projects`: a project with a default branch, a role, a database and a compute. */
export async function createProject(neon: Neon, call: Call): Promise<Reply> {
  refuseProjectKey(neon, call);
  const wanted = fields(fields(call.body, "body")["project"], "project");
  const root = fields(wanted["branch"], "branch");
  const databaseName = text(root, "database_name", 63) ?? "neondb";
  const labels = annotation(root["annotations"]);
  const id = neon.ids.id("mock");
  const project = newProject(neon, id, {
    name: text(wanted, "name") ?? id,
    regionId: text(wanted, "region_id") ?? "aws-us-east-2",
    // The server has one version, whatever a caller wants.
    postgresMajor: neon.storage === undefined ? (number(wanted, "pg_version", 14, 18) ?? 17) : firstMajor(neon),
    storesPasswords: boolean(wanted, "store_passwords") ?? true,
    historySeconds: number(wanted, "history_retention_seconds", 0, 2_592_000) ?? 86_400,
    settings: fields(wanted["settings"], "settings"),
  });
  const branch = addRootBranch(neon, project, text(root, "name") ?? "main");
  if (labels !== undefined) branch.annotation = { value: labels, createdAt: branch.createdAt };
  const role = addRole(neon, branch, text(root, "role_name", 63) ?? `${databaseName}_owner`);
  addDatabase(neon, branch, databaseName, role.name);
  const endpoint = await addEndpoint(neon, project, branch, readEndpoint(neon, { type: "read_write" }));
  const operations = schedule(neon, project, [
    {
      action: "create_timeline",
      branchId: branch.id,
      work: () => neon.storage?.configure(branch) ?? Promise.resolve(),
      done: () => markReady(neon, branch),
    },
    startStep(neon, project, endpoint),
  ]);
  return {
    status: 201,
    body: {
      project: projectJson(neon, project),
      branch: branchJson(neon, branch),
      endpoints: [endpointJson(neon, endpoint, project)],
      roles: [{ ...roleJson(branch, role), password: role.password }],
      databases: [...branch.databases.values()].map((database) => databaseJson(branch, database)),
      ...createdUris(neon, project, branch, [endpoint]),
      operations: operations.map((operation) => operationJson(neon, operation)),
    },
  };
}

type NewProject = Pick<Project, "postgresMajor" | "storesPasswords"> &
  Partial<Pick<Project, "name" | "regionId" | "historySeconds" | "settings">>;

function newProject(neon: Neon, id: string, wanted: NewProject): Project {
  const now = neon.clock.now();
  const project: Project = {
    id,
    name: wanted.name ?? "mock",
    postgresMajor: wanted.postgresMajor,
    regionId: wanted.regionId ?? "aws-us-east-2",
    storesPasswords: wanted.storesPasswords,
    historySeconds: wanted.historySeconds ?? 86_400,
    settings: { allowed_ips: { ips: [], protected_branches_only: false }, enable_logical_replication: false, ...wanted.settings },
    isShared: false,
    createdAt: now,
    updatedAt: now,
    branches: new Map(),
    endpoints: new Map(),
    snapshots: new Map(),
    vpcEndpoints: new Map(),
  };
  neon.state.projects.set(id, project);
  return project;
}

function addRootBranch(neon: Neon, project: Project, name: string): Branch {
  const branch = newBranch(neon, project, undefined, { name, parentId: undefined, initSource: "parent-data" });
  Object.assign(branch, { isDefault: true, hiddenReads: 0, hiddenLists: 0 });
  project.branches.set(branch.id, branch);
  return branch;
}

function addRole(neon: Neon, branch: Branch, name: string) {
  const role = newRole(neon, name);
  branch.roles.set(name, role);
  return role;
}

function addDatabase(neon: Neon, branch: Branch, name: string, ownerName: string): void {
  branch.databases.set(name, newDatabase(neon, name, ownerName));
}

function firstMajor(neon: Neon): number {
  return neon.state.projects.get(neon.projectId)?.postgresMajor ?? 17;
}
