import { deleteBranch } from "../branch/delete.ts";
import { getBranch, listBranchEndpoints } from "../branch/get.ts";
import { anonymizedStatus, getMaskingRules, setMaskingRules } from "../branch/masking.ts";
import { restoreBranch } from "../branch/restore.ts";
import { enableAuth, enableDataApi, getAuthOf, getDataApi, notEnabled } from "../branch/services.ts";
import { makeDefault, recoverBranch, updateBranch } from "../branch/update.ts";
import { createDatabase, deleteDatabase, getDatabase, listDatabases, updateDatabase } from "../database.ts";
import { createRole, deleteRole, getRole, listRoles, resetPassword, revealPassword } from "../role.ts";
import { compareSchema, getSchema } from "../schema/schema.ts";
import { finalizeRestore } from "../snapshot/restore.ts";
import { createSnapshot, getSchedule, setSchedule } from "../snapshot/snapshot.ts";
import { BRANCH, inProject, type Routes } from "./handler.ts";

const ROLE = `${BRANCH}/roles/{role_name}`;
const DATABASE = `${BRANCH}/databases/{database_name}`;
const DATA_API = `${BRANCH}/data-api/{database_name}`;

/** The routes of one branch. */
export const BRANCH_ROUTES: Routes = {
  [`GET ${BRANCH}`]: inProject((neon, project, _call, { id }) => getBranch(neon, project, id)),
  [`PATCH ${BRANCH}`]: inProject((neon, project, { body }, { id }) => updateBranch(neon, project, id, body)),
  [`DELETE ${BRANCH}`]: inProject((neon, project, { query }, { id }) => deleteBranch(neon, project, id, query)),
  [`POST ${BRANCH}/restore`]: inProject((neon, project, { body }, { id }) => restoreBranch(neon, project, id, body)),
  [`POST ${BRANCH}/recover`]: inProject((neon, project, _call, { id }) => recoverBranch(neon, project, id)),
  [`POST ${BRANCH}/set_as_default`]: inProject((neon, project, _call, { id }) => makeDefault(neon, project, id)),
  [`POST ${BRANCH}/snapshot`]: inProject((neon, project, { query }, { id }) => createSnapshot(neon, project, id, query)),
  [`POST ${BRANCH}/finalize_restore`]: inProject((neon, project, { body }, { id }) => finalizeRestore(neon, project, id, body)),
  [`GET ${BRANCH}/backup_schedule`]: inProject((neon, project, _call, { id }) => getSchedule(neon, project, id)),
  [`PUT ${BRANCH}/backup_schedule`]: inProject((neon, project, { body }, { id }) => setSchedule(neon, project, id, body)),
  [`GET ${BRANCH}/endpoints`]: inProject((neon, project, _call, { id }) => listBranchEndpoints(neon, project, id)),
  [`GET ${BRANCH}/schema`]: inProject((neon, project, { query }, { id }) => getSchema(neon, project, id, query)),
  [`GET ${BRANCH}/compare_schema`]: inProject((neon, project, { query }, { id }) => compareSchema(neon, project, id, query)),
  [`GET ${BRANCH}/masking_rules`]: inProject((neon, project, _call, { id }) => getMaskingRules(neon, project, id)),
  [`PATCH ${BRANCH}/masking_rules`]: inProject((neon, project, { body }, { id }) => setMaskingRules(neon, project, id, body)),
  [`GET ${BRANCH}/anonymized_status`]: inProject((neon, project, _call, { id }) => anonymizedStatus(neon, project, id)),
  [`POST ${BRANCH}/anonymize`]: inProject((neon, project, _call, { id }) => anonymizedStatus(neon, project, id)),
  [`GET ${BRANCH}/roles`]: inProject((neon, project, _call, { id }) => listRoles(neon, project, id)),
  [`POST ${BRANCH}/roles`]: inProject((neon, project, { body }, { id }) => createRole(neon, project, id, body)),
  [`GET ${ROLE}`]: inProject((neon, project, _call, { id, name }) => getRole(neon, project, id, name)),
  [`DELETE ${ROLE}`]: inProject((neon, project, _call, { id, name }) => deleteRole(neon, project, id, name)),
  [`GET ${ROLE}/reveal_password`]: inProject((neon, project, _call, { id, name }) => revealPassword(neon, project, id, name)),
  [`POST ${ROLE}/reset_password`]: inProject((neon, project, _call, { id, name }) => resetPassword(neon, project, id, name)),
  [`GET ${BRANCH}/databases`]: inProject((neon, project, _call, { id }) => listDatabases(neon, project, id)),
  [`POST ${BRANCH}/databases`]: inProject((neon, project, { body }, { id }) => createDatabase(neon, project, id, body)),
  [`GET ${DATABASE}`]: inProject((neon, project, _call, { id, name }) => getDatabase(neon, project, id, name)),
  [`PATCH ${DATABASE}`]: inProject((neon, project, { body }, { id, name }) => updateDatabase(neon, project, id, name, body)),
  [`DELETE ${DATABASE}`]: inProject((neon, project, _call, { id, name }) => deleteDatabase(neon, project, id, name)),
  [`GET ${BRANCH}/auth`]: inProject((neon, project, _call, { id }) => getAuthOf(neon, project, id)),
  [`POST ${BRANCH}/auth`]: inProject((neon, project, { body }, { id }) => enableAuth(neon, project, id, body)),
  [`GET ${DATA_API}`]: inProject((neon, project, _call, { id, name }) => getDataApi(neon, project, id, name)),
  [`POST ${DATA_API}`]: inProject((neon, project, _call, { id, name }) => enableDataApi(neon, project, id, name)),
  // `neon env pull` reads these of every branch.
  [`GET ${BRANCH}/buckets`]: inProject((neon, project, _call, { id }) => notEnabled(neon, project, id)),
  [`GET ${BRANCH}/functions`]: inProject((neon, project, _call, { id }) => notEnabled(neon, project, id)),
  [`GET ${BRANCH}/credentials`]: inProject((neon, project, _call, { id }) => notEnabled(neon, project, id)),
  [`GET ${BRANCH}/ai_gateway`]: inProject((neon, project, _call, { id }) => notEnabled(neon, project, id)),
};
