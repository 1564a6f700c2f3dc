import { listRestrictions, restrictProject, unrestrictProject } from "../account/vpc-endpoints.ts";
import { countBranches, listBranches } from "../branch/list.ts";
import { createBranch } from "../branch/create.ts";
import { createAnonymizedBranch, createdReply } from "../branch/get.ts";
import { getConnectionUri } from "../connection-uri.ts";
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  restartEndpoint,
  startEndpoint,
  suspendEndpoint,
  updateEndpoint,
} from "../endpoint.ts";
import { getOperation, listOperations } from "../operation-list.ts";
import { deleteProject, getLimits, getProject, updateProject } from "../project/change.ts";
import { createProject } from "../project/create.ts";
import { listProjects, listSharedProjects } from "../project/list.ts";
import { restoreSnapshot } from "../snapshot/restore.ts";
import { deleteSnapshot, listSnapshots, updateSnapshot } from "../snapshot/snapshot.ts";
import { inProject, type Params, PROJECT, type Routes } from "./handler.ts";

const ENDPOINT = `${PROJECT}/endpoints/{endpoint_id}`;
const SNAPSHOT = `${PROJECT}/snapshots/{snapshot_id}`;
const VPC = `${PROJECT}/vpc_endpoints`;

const vpcEndpoint = (params: Params): string => params["vpc_endpoint_id"] ?? "";

/** The routes of projects, and of what they have beside branches. */
export const PROJECT_ROUTES: Routes = {
  "GET /projects": listProjects,
  "POST /projects": createProject,
  "GET /projects/shared": listSharedProjects,
  [`GET ${PROJECT}`]: inProject((neon, project) => getProject(neon, project)),
  [`PATCH ${PROJECT}`]: inProject((neon, project, { body }) => updateProject(neon, project, body)),
  [`DELETE ${PROJECT}`]: inProject((neon, project, call) => deleteProject(neon, project, call)),
  [`GET ${PROJECT}/limits`]: inProject((neon) => getLimits(neon)),
  [`GET ${PROJECT}/connection_uri`]: inProject((neon, project, { query }) => getConnectionUri(neon, project, query)),
  [`GET ${PROJECT}/branches`]: inProject((neon, project, { query }) => listBranches(neon, project, query)),
  [`GET ${PROJECT}/branches/count`]: inProject((neon, project, { query }) => countBranches(neon, project, query)),
  [`POST ${PROJECT}/branches`]: inProject(async (neon, project, { body }) =>
    createdReply(neon, project, await createBranch(neon, project, body)),
  ),
  [`POST ${PROJECT}/branch_anonymized`]: inProject((neon, project, { body }) => createAnonymizedBranch(neon, project, body)),
  [`GET ${PROJECT}/endpoints`]: inProject((neon, project) => listEndpoints(neon, project)),
  [`POST ${PROJECT}/endpoints`]: inProject((neon, project, { body }) => createEndpoint(neon, project, body)),
  [`GET ${ENDPOINT}`]: inProject((neon, project, _call, { id }) => getEndpoint(neon, project, id)),
  [`PATCH ${ENDPOINT}`]: inProject((neon, project, { body }, { id }) => updateEndpoint(neon, project, id, body)),
  [`DELETE ${ENDPOINT}`]: inProject((neon, project, _call, { id }) => deleteEndpoint(neon, project, id)),
  [`POST ${ENDPOINT}/start`]: inProject((neon, project, _call, { id }) => startEndpoint(neon, project, id)),
  [`POST ${ENDPOINT}/restart`]: inProject((neon, project, _call, { id }) => restartEndpoint(neon, project, id)),
  [`POST ${ENDPOINT}/suspend`]: inProject((neon, project, _call, { id }) => suspendEndpoint(neon, project, id)),
  [`GET ${PROJECT}/operations`]: inProject((neon, project, { query }) => listOperations(neon, project, query)),
  [`GET ${PROJECT}/operations/{operation_id}`]: inProject((neon, project, _call, params) =>
    getOperation(neon, project, params["operation_id"] ?? ""),
  ),
  [`GET ${PROJECT}/snapshots`]: inProject((_neon, project) => listSnapshots(project)),
  [`PATCH ${SNAPSHOT}`]: inProject((_neon, project, { body }, { id }) => updateSnapshot(project, id, body)),
  [`DELETE ${SNAPSHOT}`]: inProject((neon, project, _call, { id }) => deleteSnapshot(neon, project, id)),
  [`POST ${SNAPSHOT}/restore`]: inProject((neon, project, { query, body }, { id }) => restoreSnapshot(neon, project, id, query, body)),
  [`GET ${VPC}`]: inProject((_neon, project) => listRestrictions(project)),
  [`POST ${VPC}/{vpc_endpoint_id}`]: inProject((neon, project, { body }, params) =>
    restrictProject(neon, project, vpcEndpoint(params), body),
  ),
  [`DELETE ${VPC}/{vpc_endpoint_id}`]: inProject((_neon, project, _call, params) => unrestrictProject(project, vpcEndpoint(params))),
};
