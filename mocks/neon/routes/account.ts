import { getAuth, getOrganization, getUser, listOrganizations, listRegions } from "../account/account.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "../account/api-keys.ts";
import { branchConsumption, projectConsumption, projectConsumptionV2 } from "../account/consumption.ts";
import { deleteVpcEndpoint, getVpcEndpoint, listVpcEndpoints, setVpcEndpoint } from "../account/vpc-endpoints.ts";
import type { Params, Routes } from "./handler.ts";

const ORGANIZATION = "/organizations/{org_id}";
const REGION = `${ORGANIZATION}/vpc/region/{region_id}/vpc_endpoints`;

const org = (params: Params): string => params["org_id"] ?? "";
const region = (params: Params): string => params["region_id"] ?? "";
const endpoint = (params: Params): string => params["vpc_endpoint_id"] ?? "";
const key = (params: Params): string => params["key_id"] ?? "";

/** The routes of the account and its organization. */
export const ACCOUNT_ROUTES: Routes = {
  "GET /auth": getAuth,
  "GET /regions": listRegions,
  "GET /users/me": getUser,
  "GET /users/me/organizations": listOrganizations,
  "GET /api_keys": (neon, call) => listApiKeys(neon, call),
  "POST /api_keys": (neon, call) => createApiKey(neon, call),
  "DELETE /api_keys/{key_id}": (neon, call, params) => revokeApiKey(neon, call, key(params)),
  "GET /consumption_history/projects": projectConsumption,
  "GET /consumption_history/v2/projects": projectConsumptionV2,
  "GET /consumption_history/v2/branches": branchConsumption,
  [`GET ${ORGANIZATION}`]: (neon, call, params) => getOrganization(neon, call, org(params)),
  [`GET ${ORGANIZATION}/api_keys`]: (neon, call, params) => listApiKeys(neon, call, org(params)),
  [`POST ${ORGANIZATION}/api_keys`]: (neon, call, params) => createApiKey(neon, call, org(params)),
  [`DELETE ${ORGANIZATION}/api_keys/{key_id}`]: (neon, call, params) => revokeApiKey(neon, call, key(params), org(params)),
  [`GET ${ORGANIZATION}/vpc/vpc_endpoints`]: (neon, call, params) => listVpcEndpoints(neon, call, org(params)),
  [`GET ${REGION}`]: (neon, call, params) => listVpcEndpoints(neon, call, org(params), region(params)),
  [`GET ${REGION}/{vpc_endpoint_id}`]: (neon, call, params) => getVpcEndpoint(neon, call, org(params), endpoint(params)),
  [`POST ${REGION}/{vpc_endpoint_id}`]: (neon, call, params) => setVpcEndpoint(neon, call, org(params), region(params), endpoint(params)),
  [`DELETE ${REGION}/{vpc_endpoint_id}`]: (neon, call, params) => deleteVpcEndpoint(neon, call, org(params), endpoint(params)),
};
