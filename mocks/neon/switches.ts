/** One behaviour of Neon that is not known for sure: what the mock does, and what it can be told to do instead. */
interface Switch<T> {
  readonly default: T;
  /** The values it takes; undefined: any value of the default's type. */
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

/** Every switch. A client has to work under each value. */
export const SWITCHES = {
  deleteDefaultStatus: of(422, [400, 403], "status of deleting the default or the root branch"),
  deleteProtectedStatus: of(422, [400, 403], "status of deleting a protected branch"),
  deleteMissing: of(204, [404], "status of deleting a branch that is unknown or gone"),
  deleteDeleting: of(204, [200, 404, 423], "status of deleting a branch that is being deleted"),
  deletingVisible: flag(true, "a branch is still listed while its deletion runs"),
  deletingChildBlocks: flag(false, "a child that is being deleted keeps its parent from being deleted"),
  softDelete: flag(false, "a deleted branch stays recoverable for seven days (`include_deleted`, `recover`)"),
  deletedNameBlocks: flag(false, "the name of a deleting or recoverable branch can't be taken again"),
  deletedCounts: flag(false, "recoverable branches count towards the branch limit"),
  duplicateNameStatus: of(409, [422], "status of a second branch with the same name"),
  limitBeforeName: flag(true, "at the branch limit, a duplicate name is answered with the limit"),
  unknownParentStatus: of(404, [422, 400], "status of creating a branch from an unknown parent"),
  unknownProjectStatus: of(404, [403], "status of a project that doesn't exist or that the key can't see"),
  expiresAt: of("supported", ["refused", "ignored"], "what `expires_at` does"),
  expiryRuleStatus: of(422, [400], "status of a broken rule on expiry: format, past, over 30 days, default, protected, children"),
  reapLagMs: amount(5_000, "milliseconds from expiry to the removal by the background job"),
  retryAfter: of("none", ["seconds", "date"], "form of `Retry-After` on 429 and 503"),
  conflicts: of(
    "branch",
    ["never", "project"],
    "which running operations answer a change with 423: those of the branch, none, all of the project",
  ),
  notReady: flag(true, "a child of a branch that isn't ready yet is refused with 422"),
  urisWithoutEndpoint: of("absent", ["empty", "present"], "`connection_uris` of a create without a compute"),
  annotationWhenNone: of("empty", ["absent", "null"], "`annotation` of a branch that has none"),
  annotationsInherited: flag(false, "a child starts with its parent's annotation"),
  readLag: amount(0, "number of GETs of a new branch that are answered with 404"),
  listLag: amount(0, "number of lists that don't show a new branch yet"),
  errorCodes: flag(true, "`code` is filled where somebody saw one; otherwise it is always empty"),
  suspendTimeoutAllowed: flag(true, "the plan lets `suspend_timeout_seconds` be set"),
  schemaOnlyNeedsCompute: flag(false, "a schema-only branch must come with a read-write compute"),
  parentSchemaIsRoot: flag(false, "`init_source: parent-schema` makes a root branch"),
  uriWithoutStoredPassword: of("no-password", ["refused"], "`connection_uri` where the project stores no passwords"),
  keyKind: of("user", ["org", "project"], "kind of the API key; one of a project sees neither users nor organizations"),
  unknowns: flag(false, "replies carry fields, states and operations that no specification names"),
} as const satisfies Record<string, Switch<string> | Switch<number> | Switch<boolean>>;

/** The present position of every switch. */
export type Switches = { -readonly [Name in keyof typeof SWITCHES]: Position<(typeof SWITCHES)[Name]> };
type Position<S> = S extends Switch<infer T> ? T : never;

export function defaultSwitches(): Switches {
  return Object.fromEntries(Object.entries(SWITCHES).map(([name, entry]) => [name, entry.default])) as unknown as Switches;
}

/** Throws a plain error for a name or a value that doesn't exist, so that a test can't set nothing by mistake. */
export function setSwitches(switches: Switches, wanted: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(wanted)) {
    const entry = (SWITCHES as Readonly<Record<string, Switch<unknown>>>)[name];
    if (entry === undefined) throw new Error(`There is no switch "${name}".`);
    const fits = entry.values === undefined ? typeof value === typeof entry.default : entry.values.includes(value);
    if (!fits) throw new Error(`The switch "${name}" can't be ${JSON.stringify(value)}: ${JSON.stringify(entry.values ?? "a number")}.`);
  }
  Object.assign(switches, wanted);
}
