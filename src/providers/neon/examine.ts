import { isOffshootError } from "../../errors.ts";
import { otherMajor } from "../other-major.ts";
import type { Check, Examination, Refusal } from "../provider.ts";
import { factsOf, isAmbiguous, isKeyRejected, isTransient, WITHOUT_PASSWORDS } from "./api-errors.ts";
import { isUnderPrefix } from "./branches.ts";
import { chooseConnection } from "./connection.ts";
import type { Setup } from "./options.ts";
import { isBranchId } from "./parent.ts";
import { outsideOfHistory } from "./past-state.ts";
import { explainingProject } from "./project.ts";
import { refusal, WITHHELD_REMEDY } from "./refuse.ts";
import type { Branch, CallContext, NeonProject } from "./types.ts";
import { formatUtc } from "../../moment.ts";

/** What the checks found. */
interface Findings {
  readonly checks: Check[];
  refusal: Refusal | undefined;
}

/**
 * Checks key, project, parent, database, role and limits with three calls: the project, its branches, and the databases of
 * the parent. A fourth one lists the roles, if the settings name one.
 */
export async function examine(
  setup: Setup,
  { name, major }: { readonly name: string; readonly major: number | undefined },
  context: CallContext,
): Promise<Examination> {
  const { api } = setup;
  const findings: Findings = { checks: [], refusal: undefined };
  const read = await attempt(setup, findings, "project", () =>
    explainingProject(setup, context, () => Promise.all([api.project(context), api.branches(undefined, context)])),
  );
  if (read === undefined) return { ...findings, action: undefined };
  const [project, all] = read;
  const branches = all.filter(({ isBeingDeleted }) => !isBeingDeleted);
  findings.checks.push({ name: "key", state: "ok", text: "NEON_API_KEY is accepted." }, ...checkProject(project));
  checkMajor(project, major, findings);
  const parent = checkParent(setup, branches, findings);
  checkPastState(setup, project, findings);
  if (parent !== undefined) await checkConnection(setup, parent, findings, context);
  const existing = branches.find((branch) => branch.name === name);
  checkLimit(setup, project, branches, existing, findings);
  checkExisting(existing, findings);
  const fails = findings.refusal !== undefined || findings.checks.some(({ state }) => state === "failed");
  return { ...findings, action: fails || parent === undefined ? undefined : actionOf(setup, name, parent, existing) };
}

function checkProject(project: NeonProject): readonly Check[] {
  const { name, id, postgresMajor, storesPasswords, allowedIps, allowedIpsProtectedOnly, blocksPublicConnections } = project;
  const checks: Check[] = [{ name: "project", state: "ok", text: `${name} (${id}), PostgreSQL ${postgresMajor}` }];
  if (!storesPasswords) {
    const { meaning: text, remedy } = WITHOUT_PASSWORDS;
    checks.push({ name: "passwords", state: "failed", text, remedy });
  }
  if (allowedIps.length > 0 && !allowedIpsProtectedOnly) {
    const text = `The project lets only ${allowedIps.length === 1 ? "one address or network" : `${allowedIps.length} addresses or networks`} connect.`;
    checks.push({
      name: "addresses",
      state: "warning",
      text,
      remedy: "Make sure that the address of this machine is in the list, in the settings of the Neon project.",
    });
  }
  if (blocksPublicConnections) {
    const text = "The project blocks connections from the public internet.";
    checks.push({
      name: "addresses",
      state: "warning",
      text,
      remedy: "Run offshoot inside the VPC of the project, or allow public connections.",
    });
  }
  return checks;
}

function checkMajor({ id, postgresMajor }: NeonProject, wanted: number | undefined, findings: Findings): void {
  if (wanted === undefined || wanted === postgresMajor) return;
  findings.refusal = otherMajor("neon", `The Neon project ${id}`, postgresMajor, wanted);
  const { text, remedy } = findings.refusal;
  findings.checks.push({ name: "postgres", state: "failed", text, remedy });
}

function checkParent({ choices }: Setup, branches: readonly Branch[], findings: Findings): Branch | undefined {
  const { parent: wanted } = choices;
  const found = branches.filter(({ id, name, isDefault }) => (wanted === undefined ? isDefault : id === wanted || name === wanted));
  // A text in the form of an id is used as an id (`parentId`).
  const parent = found.find(({ id }) => id === wanted) ?? (wanted !== undefined && isBranchId(wanted) ? undefined : found[0]);
  const { checks } = findings;
  if (parent === undefined) {
    const names = branches.filter((branch) => !isUnderPrefix(branch)).map(({ name }) => name);
    const text = `The project has no ${wanted === undefined ? "default branch" : `branch ${wanted}`}. Its branches: ${names.slice(0, 5).join(", ")}${names.length > 5 ? " and others" : ""}.`;
    checks.push({ name: "parent", state: "failed", text, remedy: "Set neon.parent to one of its branches, or remove the setting." });
    return undefined;
  }
  const shown = `${parent.name} (${parent.id})`;
  if (parent.expiresAt !== undefined && !choices.schemaOnly) {
    const text = `${shown} expires at ${formatUtc(parent.expiresAt)}. Neon creates no branch from a branch that expires.`;
    checks.push({ name: "parent", state: "failed", text, remedy: "Remove its expiry in Neon, or set neon.parent to another branch." });
  } else if (parent.state === "archived") {
    const text = `${shown} is archived. The first run has to wait until Neon has unarchived it.`;
    checks.push({ name: "parent", state: "warning", text });
  } else checks.push({ name: "parent", state: "ok", text: shown });
  return parent;
}

function checkPastState({ choices, dependencies }: Setup, project: NeonProject, { checks }: Findings): void {
  const text = choices.parentAt === undefined ? undefined : outsideOfHistory(project, choices.parentAt, dependencies.now());
  if (text === undefined) return;
  const remedy = "Set neon.parentAt to a later time, remove it, or give the project a longer history in Neon (history retention).";
  checks.push({ name: "past state", state: "failed", text, remedy });
}

async function checkConnection(setup: Setup, parent: Branch, findings: Findings, context: CallContext): Promise<void> {
  const { api, choices } = setup;
  const read = await attempt(setup, findings, "database", async () => {
    const [databases, roles] = await Promise.all([
      api.databases(parent.id, context),
      choices.role === undefined ? undefined : api.roles(parent.id, context),
    ]);
    return { databases, roles, ...chooseConnection(databases, undefined, choices) };
  });
  if (read === undefined) return;
  findings.checks.push({ name: "database", state: "ok", text: read.database });
  const chosen = await attempt(setup, findings, "role", async () => chooseConnection(read.databases, read.roles, choices));
  if (chosen !== undefined) findings.checks.push({ name: "role", state: "ok", text: chosen.role });
}

/** Branches that are already expired are deleted at the limit, so they leave room. */
function checkLimit(
  { dependencies }: Setup,
  { plan, branchLimit }: NeonProject,
  branches: readonly Branch[],
  existing: Branch | undefined,
  findings: Findings,
): void {
  const ours = branches.filter((branch) => branch.tag !== undefined).length;
  const used = `${branches.length} used, ${ours} of them by offshoot`;
  const suffix = plan === undefined ? "" : ` (plan ${plan})`;
  if (branchLimit === undefined) {
    findings.checks.push({ name: "branches", state: "ok", text: `${used}; Neon does not show the limit of this account${suffix}` });
    return;
  }
  const now = dependencies.now();
  const mayBeRemoved = branches.some(({ tag, expiresAt }) => tag?.kind === "run" && expiresAt !== undefined && expiresAt <= now);
  const isFull = branches.length >= branchLimit && existing === undefined && !mayBeRemoved;
  const text = `${branches.length} of ${branchLimit} used, ${ours} of them by offshoot${suffix}`;
  const remedy = "Run `offshoot sweep` to see what can be deleted, or raise the limit of the Neon plan.";
  if (isFull) findings.refusal = refusal("branch-limit", `The Neon project has reached its branch limit: ${text}.`, remedy);
  const state = isFull ? "failed" : branches.length >= branchLimit * 0.9 ? "warning" : "ok";
  findings.checks.push({ name: "branches", state, text, ...(state === "ok" ? {} : { remedy }) });
}

function checkExisting(existing: Branch | undefined, { checks }: Findings): void {
  if (existing === undefined || existing.tag !== undefined) return;
  const text = `A branch ${existing.name} (${existing.id}) exists without the owner tag of offshoot, so offshoot does not use it.`;
  checks.push({ name: "name", state: "failed", text, remedy: "Rename it in Neon, or choose another run name with --run." });
}

function actionOf({ choices }: Setup, name: string, parent: Branch, existing: Branch | undefined): string {
  if (existing !== undefined) return `use the branch ${name} (${existing.id}), which exists since ${formatUtc(existing.createdAt)}`;
  const what = choices.schemaOnly ? "with the schema" : choices.anonymized ? "with masked data" : "";
  const at = choices.parentAt === undefined ? "" : ` at ${choices.parentAt}`;
  return `create the branch ${name}${what === "" ? "" : ` ${what}`} from ${parent.name}${at}`;
}

/** What `work` returns. Undefined if Neon refused it or did not answer: that is recorded as a failed check. */
async function attempt<T>({ secretsWithheld }: Setup, findings: Findings, name: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (!isOffshootError(thrown) || (facts === undefined && thrown.code !== "USAGE")) throw thrown;
    const text = [thrown.message, thrown.meaning].filter((part) => part !== undefined).join(" ");
    if (facts !== undefined && isKeyRejected(facts) && secretsWithheld) {
      findings.refusal = refusal("key-unusable", text, WITHHELD_REMEDY);
    } else if (facts !== undefined && (isTransient(facts) || isAmbiguous(facts))) {
      findings.refusal = refusal("outage", thrown.message, thrown.remedy);
    }
    findings.checks.push({ name: facts?.status === 401 ? "key" : name, state: "failed", text, remedy: thrown.remedy });
    return undefined;
  }
}
