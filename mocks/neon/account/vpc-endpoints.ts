import { fields, requiredText } from "../request-body.ts";
import type { Neon } from "../neon.ts";
import { type Call, type Reply, refused } from "../reply.ts";
import type { Project } from "../state.ts";
import { refuseOtherOrganization } from "./account.ts";

/** The endpoints of the organization, of all regions or of one. */
export function listVpcEndpoints(neon: Neon, call: Call, orgId: string, regionId?: string): Reply {
  refuseOtherOrganization(neon, call, orgId);
  const found = [...neon.state.vpcEndpoints.values()].filter((each) => regionId === undefined || each.regionId === regionId);
  const endpoints = found.map((each) => ({
    vpc_endpoint_id: each.id,
    label: each.label,
    ...(regionId === undefined ? { region_id: each.regionId } : {}),
  }));
  return { status: 200, body: { endpoints } };
}

export function getVpcEndpoint(neon: Neon, call: Call, orgId: string, id: string): Reply {
  refuseOtherOrganization(neon, call, orgId);
  const endpoint = neon.state.vpcEndpoints.get(id);
  if (endpoint === undefined) throw refused(404, "VPC endpoint not found");
  const restricted = [...neon.state.projects.values()].filter((project) => project.vpcEndpoints.has(id)).map((project) => project.id);
  return {
    status: 200,
    body: {
      vpc_endpoint_id: id,
      label: endpoint.label,
      state: "accepted",
      num_restricted_projects: restricted.length,
      example_restricted_projects: restricted.slice(0, 3),
    },
  };
}

export function setVpcEndpoint(neon: Neon, call: Call, orgId: string, regionId: string, id: string): Reply {
  refuseOtherOrganization(neon, call, orgId);
  neon.state.vpcEndpoints.set(id, { id, regionId, label: requiredText(fields(call.body, "body"), "label") });
  return { status: 200 };
}

export function deleteVpcEndpoint(neon: Neon, call: Call, orgId: string, id: string): Reply {
  refuseOtherOrganization(neon, call, orgId);
  if (!neon.state.vpcEndpoints.delete(id)) throw refused(404, "VPC endpoint not found");
  for (const project of neon.state.projects.values()) project.vpcEndpoints.delete(id);
  return { status: 200 };
}

export function listRestrictions(project: Project): Reply {
  return { status: 200, body: { endpoints: [...project.vpcEndpoints].map(([vpc_endpoint_id, label]) => ({ vpc_endpoint_id, label })) } };
}

/** Limits a project to an endpoint of the organization. */
export function restrictProject(neon: Neon, project: Project, id: string, body: unknown): Reply {
  if (!neon.state.vpcEndpoints.has(id)) throw refused(404, "VPC endpoint not found");
  project.vpcEndpoints.set(id, requiredText(fields(body, "body"), "label"));
  return { status: 200 };
}

export function unrestrictProject(project: Project, id: string): Reply {
  if (!project.vpcEndpoints.delete(id)) throw refused(404, "VPC endpoint not found");
  return { status: 200 };
}
