/** The facts of each finding by its code. All facts are texts or lists of texts, so that every report can show them. */
export interface AuditFacts {
  /** `expected` is what the spec demands of the object; `nearest` is a similar name that exists. */
  readonly missing: { readonly expected?: string | undefined; readonly nearest?: string | undefined };
  /** The object exists, but an "exactly" section does not list it. `overload`: the list of a function's overloads lacks it. */
  readonly unexpected: { readonly definition?: string | undefined; readonly overload?: true | undefined };
  /** The object exists, but the spec says that it must be absent. */
  readonly forbidden: { readonly definition?: string | undefined };
  readonly different: { readonly property: string; readonly expected: string; readonly actual: string };
  /** The rows of a migration tool's version table differ from those that the spec lists, or from the repository's heads. */
  readonly "version-different": { readonly column: string; readonly lacking: readonly string[]; readonly surplus: readonly string[] };
  readonly "version-unreadable": {
    readonly column: string;
    readonly why:
      | "no such table"
      | "no such column"
      | "permission denied"
      | "reading it can run code of the database"
      | "the heads of the repository are not known";
  };
  /** A version table that should hold one head holds several: two branches of migrations, or two migrators at the same time. */
  readonly "version-several": { readonly column: string; readonly values: readonly string[] };
  /** Versions that no migration of the repository has. */
  readonly "version-unknown": { readonly column: string; readonly values: readonly string[] };
  /** The tool's own version table is not at the repository's heads. `actual`: the newest versions in the table. */
  readonly "heads-different": {
    readonly tool: string;
    readonly expected: readonly string[];
    readonly actual: readonly string[];
    readonly pending: readonly string[];
    /** The heads in `expected` that no migration joins, where there must be one. */
    readonly several: readonly string[];
    /** In the table, but not in the repository. */
    readonly unknown: readonly string[];
  };
  /** A name does not match the spec's naming rule; `expected` is a regular expression. */
  readonly "name-different": { readonly expected: string };
  /** The spec was written from another major version, in which the definitions of views and rules look different. */
  readonly "postgres-different": { readonly expected: string; readonly actual: string };
  /** The last day of an exception has passed: it no longer hides findings. */
  readonly "ignore-expired": { readonly until: string; readonly why: string };
  /** The baseline accepts a finding that this audit does not find any more. `accepted`: its code. */
  readonly "baseline-outdated": { readonly accepted: string; readonly since: string; readonly why: string };

  /** A call that Postgres refuses with "is not unique" because two overloads match equally well. */
  readonly "overload-ambiguous": {
    readonly other: string;
    readonly call: string;
    /**
     * How the call gives its arguments. `cast`: by position, with types that both overloads must convert. `untyped`: by
     * position, as literals or parameters without a type.
     */
    readonly notation: "positional" | "named" | "cast" | "untyped";
  };
  readonly "index-invalid": OfIndex & { readonly constraint?: string | undefined };
  /** `constraint`: the index belongs to it and is dropped with it. */
  readonly "index-duplicate": OfIndex & { readonly other: string; readonly constraint?: string | undefined };
  /** The keys of the index are the first keys of `other`. */
  readonly "index-overlapping": OfIndex & { readonly other: string; readonly otherDefinition: string };
  readonly "constraint-not-validated": { readonly definition: string; readonly on: string };
  readonly "foreign-key-unindexed": OfIndex & { readonly on: string; readonly columns: readonly string[] };
  /** Pairs of columns whose types differ, such as `app.orders.user_id integer, app.users.id bigint`. */
  readonly "foreign-key-types": { readonly definition: string; readonly pairs: readonly string[] };
  /** `candidate`: a unique index that can become the key unchanged. `column`: an unused name for a new key column. */
  readonly "table-without-primary-key": { readonly candidate?: string | undefined; readonly column?: string | undefined };
  readonly "sequence-near-end": {
    readonly last: string;
    readonly end: string;
    readonly used: string;
    readonly column?: string | undefined;
  };
  readonly "sequence-behind": { readonly next: string; readonly highest: string; readonly column: string };
  /** For a constraint: the triggers with which Postgres enforces it, on the table `on`. */
  readonly "trigger-disabled": { readonly definition: string; readonly on: string };
  /** Only the owner sees rows. */
  /** `granted`: the roles whose rights have no effect. `tables`: the tables of a schema on which no other role has a right. */
  readonly "row-security-without-policies": {
    readonly state: "on" | "forced";
    readonly granted?: readonly string[] | undefined;
    readonly tables?: readonly string[] | undefined;
  };
  /** The policies have no effect. */
  readonly "policies-without-row-security": { readonly policies: readonly string[] };
  readonly "definer-without-search-path": { readonly language: string };
  /** `by`: what found the problem, the language's own validator or the extension `plpgsql_check`. */
  readonly "function-broken": { readonly why: string; readonly by: "validator" | "plpgsql_check" };
  /** `why`: the database has no PL/pgSQL, or the role cannot use it. `count`: the functions whose bodies would have been checked. */
  readonly "functions-not-checked": { readonly why: "missing" | "not-allowed"; readonly count: number };
  /** `expected`: the role that owns most objects of that schema. */
  readonly "owner-different": { readonly owner: string; readonly expected: string };
  /** The operating system's sort order changed after the indexes were built. */
  readonly "collation-stale": { readonly recorded: string; readonly actual: string };
}

/** `partitioned`: the table is partitioned, so its indexes cannot be created or dropped concurrently. */
interface OfIndex {
  readonly definition: string;
  readonly partitioned?: true | undefined;
}

export type AuditCode = keyof AuditFacts;
