import { findBranch } from "../find.ts";
import { timestamp } from "../json.ts";
import type { Neon } from "../neon.ts";
import { fields, list, requiredText } from "../request-body.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";

/** The masking rules of a request. */
export function readMaskingRules(body: unknown): Branch["features"]["maskingRules"] {
  const rules = list(fields(body, "body")["masking_rules"], "masking_rules");
  for (const rule of rules) for (const name of ["database_name", "schema_name", "table_name", "column_name"]) requiredText(rule, name);
  return rules;
}

export function getMaskingRules(neon: Neon, project: Project, id: string): Reply {
  return { status: 200, body: { masking_rules: anonymized(neon, project, id).features.maskingRules } };
}

/** `PATCH …/masking_rules`: replaces all rules. */
export function setMaskingRules(neon: Neon, project: Project, id: string, body: unknown): Reply {
  const branch = anonymized(neon, project, id);
  branch.features.maskingRules = readMaskingRules(body);
  return getMaskingRules(neon, project, id);
}

/** The state of a branch that was made by `branch_anonymized`. The mock does not mask the data. */
export function anonymizedStatus(neon: Neon, project: Project, id: string): Reply {
  const branch = anonymized(neon, project, id);
  return {
    status: 200,
    body: {
      branch_id: id,
      project_id: project.id,
      state: branch.state === "init" ? "anonymizing" : "anonymized",
      status_message: "",
      created_at: timestamp(branch.createdAt),
      updated_at: timestamp(branch.updatedAt),
      last_run: { masked_columns: branch.features.maskingRules.length },
    },
  };
}

function anonymized(neon: Neon, project: Project, id: string): Branch {
  const branch = findBranch(neon, project, id);
  if (branch.restrictedActions.length === 0) throw refused(404, "branch is not anonymized");
  return branch;
}
