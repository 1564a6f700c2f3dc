import type { Neon } from "../neon.ts";
import { type Call, type Reply, refused } from "../reply.ts";
import { timestamp } from "../json.ts";
import { accessOf, refuseProjectKey } from "./access.ts";
import { ORGANIZATION, USER_ID } from "./organization.ts";

/** `GET /auth`: the kind of the key. */
export function getAuth(neon: Neon, call: Call): Reply {
  const isUserKey = accessOf(neon, call).kind === "user";
  return {
    status: 200,
    body: { account_id: isUserKey ? USER_ID : ORGANIZATION.id, auth_method: isUserKey ? "api_key_user" : "api_key_org" },
  };
}

export function getUser(neon: Neon, call: Call): Reply {
  refuseProjectKey(neon, call);
  return {
    status: 200,
    body: {
      active_seconds_limit: 0,
      auth_accounts: [],
      email: "person@example.com",
      id: USER_ID,
      image: "",
      login: "person",
      name: "Mock",
      last_name: "Person",
      projects_limit: 100,
      branches_limit: neon.branchLimit,
      max_autoscaling_limit: 16,
      plan: "scale",
    },
  };
}

export function listOrganizations(neon: Neon, call: Call): Reply {
  refuseProjectKey(neon, call);
  return { status: 200, body: { organizations: [organization(neon)] } };
}

export function getOrganization(neon: Neon, call: Call, id: string): Reply {
  refuseOtherOrganization(neon, call, id);
  return { status: 200, body: organization(neon) };
}

/** Refuses a key of one project, and the id of another organization. */
export function refuseOtherOrganization(neon: Neon, call: Call, id: string): void {
  refuseProjectKey(neon, call);
  if (id !== ORGANIZATION.id) throw refused(404, "organization not found");
}

const REGIONS = [
  { region_id: "aws-us-east-2", name: "AWS US East 2 (Ohio)", default: true, geo_lat: "39.96", geo_long: "-83" },
  { region_id: "aws-eu-central-1", name: "AWS Europe Central 1 (Frankfurt)", default: false, geo_lat: "50.11", geo_long: "8.68" },
];

/** `GET /regions`. */
export function listRegions(): Reply {
  return { status: 200, body: { regions: REGIONS } };
}

function organization(neon: Neon): object {
  const at = timestamp(neon.clock.now() - 86_400_000);
  return { ...ORGANIZATION, created_at: at, updated_at: at };
}
