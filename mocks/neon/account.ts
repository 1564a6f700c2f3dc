import type { Neon } from "./neon.ts";
import { ORGANIZATION } from "./project.ts";
import { type Reply, refused } from "./reply.ts";
import { timestamp } from "./json.ts";

const USER_ID = "6a1d2c3e-0000-4000-a000-000000000001";

/** `GET /auth`: the kind of the key. */
export function getAuth(neon: Neon): Reply {
  const isUserKey = neon.switches.keyKind === "user";
  return {
    status: 200,
    body: { account_id: isUserKey ? USER_ID : ORGANIZATION.id, auth_method: isUserKey ? "api_key_user" : "api_key_org" },
  };
}

export function getUser(neon: Neon): Reply {
  refuseProjectKey(neon);
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

export function listOrganizations(neon: Neon): Reply {
  refuseProjectKey(neon);
  return { status: 200, body: { organizations: [organization(neon)] } };
}

export function getOrganization(neon: Neon, id: string): Reply {
  refuseProjectKey(neon);
  if (id !== ORGANIZATION.id) throw refused(404, "organization not found");
  return { status: 200, body: organization(neon) };
}

function organization(neon: Neon): object {
  const at = timestamp(neon.clock.now() - 86_400_000);
  return { ...ORGANIZATION, created_at: at, updated_at: at };
}

function refuseProjectKey(neon: Neon): void {
  if (neon.switches.keyKind === "project") throw refused(403, "not allowed for a project-scoped API key");
}
