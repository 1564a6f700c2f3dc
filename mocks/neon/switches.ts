/** One behaviour of Neon that is not certain: what the mock does, and what it can do instead. */
interface Switch<T> {
  readonly default: T;
  /** The allowed values; undefined: any value of the type of the default. */
  readonly values?: readonly T[];
  /** What it decides, for `docs/neon-assumptions.md`. */
  readonly decides: string;
}

const of = <const T extends string | number | boolean>(first: T, others: readonly T[], decides: string): Switch<T> => ({
  default: first,
  values: [first, ...others],
  decides,
});
const flag = (initial: boolean, decides: string): Switch<boolean> => ({ default: initial, values: [initial, !initial], decides });
const amount = (initial: number, decides: string): Switch<number> => ({ default: initial, decides });

/** All switches. A client must work with each value. */
export const SWITCHES = {
  deleteDefaultStatus: of(422, [400, 403], "status of deleting the default or the root branch"),
  deleteProtectedStatus: of(422, [400, 403], "status of deleting a protected branch"),
  deleteMissing: of(204, [404], "status of deleting a branch that is unknown or deleted"),
  deleteDeleting: of(204, [200, 404, 423], "status of deleting a branch that is being deleted"),
  deletingVisible: flag(true, "a branch is still listed while its deletion runs"),
  deletingChildBlocks: flag(false, "a child that is being deleted keeps its parent from being deleted"),
  softDelete: flag(false, "a deleted branch is recoverable for seven days (`include_deleted`, `recover`)"),
  hardDelete: of("supported", ["ignored", "refused"], "what `hard_delete` of a deletion does; it matters with `softDelete`"),
  deletedNameBlocks: flag(false, "the name of a deleting or recoverable branch cannot be used again"),
  deletedCounts: flag(false, "recoverable branches count towards the branch limit"),
  duplicateNameStatus: of(409, [422], "status of a second branch with the same name"),
  limitBeforeName: flag(true, "at the branch limit, the error for a duplicate name is the limit"),
  unknownParentStatus: of(404, [422, 400], "status of creating a branch from an unknown parent"),
  unknownProjectStatus: of(404, [403], "status of a project that does not exist or that the key cannot read"),
  expiresAt: of("supported", ["refused", "ignored"], "what `expires_at` does"),
  expiryRuleStatus: of(422, [400], "status of a broken rule on expiry: format, past, over 30 days, default, protected, children"),
  reapLagMs: amount(5_000, "milliseconds from expiry to the removal by the background job"),
  retryAfter: of("none", ["seconds", "date"], "form of `Retry-After` on 429 and 503"),
  conflicts: of(
    "never",
    ["branch", "project"],
    "which running operations answer a change with 423: none, those of the branch, all of the project",
  ),
  notReady: flag(true, "a child of a branch that is not ready yet is refused with 422"),
  urisWithoutEndpoint: of("absent", ["empty", "present"], "`connection_uris` of a create without a compute"),
  annotationWhenNone: of("empty", ["absent", "null"], "`annotation` of a branch that has none"),
  annotations: of("kept", ["dropped", "refused"], "what the `annotation_value` of a create does"),
  annotationsInherited: flag(false, "a child starts with its parent's annotation"),
  readLag: amount(0, "number of GETs of a new branch that are answered with 404"),
  listLag: amount(0, "number of lists that do not show a new branch yet"),
  errorCodes: flag(true, "`code` has the values that were seen; otherwise it is always empty"),
  suspendTimeoutAllowed: flag(true, "the plan allows `suspend_timeout_seconds`"),
  schemaOnlyNeedsCompute: flag(false, "a schema-only branch must come with a read-write compute"),
  parentSchemaIsRoot: flag(false, "`init_source: parent-schema` creates a root branch"),
  uriWithoutStoredPassword: of("no-password", ["refused"], "reply to `connection_uri` if the project stores no passwords"),
  computeRefusal: of(
    "none",
    [
      "active-limit",
      "compute-quota",
      "branch-quota",
      "transfer-quota",
      "suspended",
      "disabled",
      "address",
      "network",
      "unreachable",
      "unknown",
    ],
    "why connections to computes are refused, apart from the default branch's",
  ),
  computeRefusalAt: of("connect", ["create"], "whether a limit of computes is reported to a connection only, or by the create too"),
  activeComputeLimit: amount(0, "number of computes that may be active at once, apart from the default branch's; 0: no limit"),
  unarchivedLimit: amount(0, "number of branches that may be unarchived at once; 0: no limit"),
  limitsRoute: flag(true, "`GET /projects/{project_id}/limits`, which no specification lists, answers customers"),
  ownerShown: flag(true, "a project shows the plan and the branch limit of its owner"),
  snapshotsOfChildren: flag(false, "a snapshot can be taken of a branch that has a parent"),
  snapshotLimit: amount(0, "number of snapshots that a project may have; 0: no limit"),
  snapshotExpiry: of("kept", ["ignored"], "what happens to `expires_at` of a new snapshot"),
  keyKind: of("user", ["org", "project"], "kind of the API key; a project key can read neither users nor organizations"),
  unknowns: flag(false, "replies have fields, states and operations that no specification lists"),
} as const satisfies Record<string, Switch<string> | Switch<number> | Switch<boolean>>;

/** The present value of every switch. */
export type Switches = { -readonly [Name in keyof typeof SWITCHES]: ValueOf<(typeof SWITCHES)[Name]> };
type ValueOf<S> = S extends Switch<infer T> ? T : never;

export function defaultSwitches(): Switches {
  return Object.fromEntries(Object.entries(SWITCHES).map(([name, entry]) => [name, entry.default])) as unknown as Switches;
}

/** Throws for a switch or a value that does not exist, so that a typing error in a test cannot go unnoticed. */
export function setSwitches(switches: Switches, wanted: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(wanted)) {
    const entry = (SWITCHES as Readonly<Record<string, Switch<unknown>>>)[name];
    if (entry === undefined) throw new Error(`The switch "${name}" does not exist.`);
    const fits = entry.values === undefined ? typeof value === typeof entry.default : entry.values.includes(value);
    if (!fits)
      throw new Error(
        `The switch "${name}" cannot be ${JSON.stringify(value)}. Allowed: ${JSON.stringify(entry.values ?? `any ${typeof entry.default}`)}.`,
      );
  }
  Object.assign(switches, wanted);
}
