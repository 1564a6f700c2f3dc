/** What is said about an object, by code. All facts are texts or lists of texts, so that every report can show them. */
export interface FactsByCode {
  /** `expected` is what the spec says about it, `nearest` a similar name that is there. */
  readonly missing: { readonly expected?: string | undefined; readonly nearest?: string | undefined };
  /** There, though the spec says "exactly" and does not list it; `overload`: though it lists the overloads of the function. */
  readonly unexpected: { readonly definition?: string | undefined; readonly overload?: true | undefined };
  /** There, though the spec says that it must be absent. */
  readonly forbidden: { readonly definition?: string | undefined };
  readonly different: { readonly property: string; readonly expected: string; readonly actual: string };
  /** The rows of a migration tool's version table are not those that the spec lists, or the heads of the repository. */
  readonly "version-different": { readonly column: string; readonly lacking: readonly string[]; readonly surplus: readonly string[] };
  readonly "version-unreadable": {
    readonly column: string;
    readonly why: "no such table" | "no such column" | "no right to read it" | "the heads of the repository are not known";
  };
  /** A version table that should hold one head holds several: two branches of migrations, or two migrators at once. */
  readonly "version-several": { readonly column: string; readonly values: readonly string[] };
  /** Versions that no migration of the repository has. */
  readonly "version-unknown": { readonly column: string; readonly values: readonly string[] };
  /** The tool's own version table is not at the heads of the repository. `actual` are the newest of what it holds. */
  readonly "heads-different": {
    readonly tool: string;
    readonly expected: readonly string[];
    readonly actual: readonly string[];
    readonly pending: readonly string[];
    /** Of `expected`, those that should be one: the history was never joined. */
    readonly several: readonly string[];
    /** Recorded, and not in the repository. */
    readonly unknown: readonly string[];
  };
  /** A name that does not look as the spec wants it; `expected` is a regular expression. */
  readonly "name-different": { readonly expected: string };
  /** The spec was written from another major version, whose texts for views and rules differ. */
  readonly "postgres-different": { readonly expected: string; readonly actual: string };
  /** An exception of the spec whose date has passed: it no longer hides anything. */
  readonly "ignore-expired": { readonly until: string; readonly why: string };

  /** A call that Postgres refuses with "is not unique" because two overloads match equally well. */
  readonly "overload-ambiguous": {
    readonly other: string;
    readonly call: string;
    /**
     * How the call gives its arguments; `cast`: by position, with types that both overloads need converted;
     * `untyped`: by position, as literals or parameters without a type.
     */
    readonly notation: "positional" | "named" | "cast" | "untyped";
  };
  readonly "index-invalid": OfIndex & { readonly constraint?: string | undefined };
  /** `constraint`: it serves one, so that it goes with it. */
  readonly "index-duplicate": OfIndex & { readonly other: string; readonly constraint?: string | undefined };
  /** The keys of the index are the first keys of `other`. */
  readonly "index-overlapping": OfIndex & { readonly other: string; readonly otherDefinition: string };
  readonly "constraint-not-validated": { readonly definition: string; readonly on: string };
  readonly "foreign-key-unindexed": OfIndex & { readonly on: string; readonly columns: readonly string[] };
  /** Pairs of columns whose types differ, such as `app.orders.user_id integer, app.users.id bigint`. */
  readonly "foreign-key-types": { readonly definition: string; readonly pairs: readonly string[] };
  /** `candidate` is a unique index that can become the key as it is; `column`, a name that is free for a new one. */
  readonly "table-without-primary-key": { readonly candidate?: string | undefined; readonly column?: string | undefined };
  readonly "sequence-near-end": {
    readonly last: string;
    readonly end: string;
    readonly used: string;
    readonly column?: string | undefined;
  };
  readonly "sequence-behind": { readonly next: string; readonly highest: string; readonly column: string };
  /** Of a constraint: the triggers by which Postgres holds it, on the table `on`. */
  readonly "trigger-disabled": { readonly definition: string; readonly on: string };
  /** Nobody but the owner sees a row. */
  readonly "row-security-without-policies": { readonly state: "on" | "forced" };
  /** The policies do nothing. */
  readonly "policies-without-row-security": { readonly policies: readonly string[] };
  readonly "definer-without-search-path": { readonly language: string };
  /** `by` is what found it: Postgres's own validator of the language, or the extension `plpgsql_check`. */
  readonly "function-broken": { readonly why: string; readonly by: "validator" | "plpgsql_check" };
  /** `expected` owns most objects of that schema. */
  readonly "owner-different": { readonly owner: string; readonly expected: string };
  /** The operating system sorts differently now than when the indexes were built. */
  readonly "collation-stale": { readonly recorded: string; readonly actual: string };
}

/** `partitioned`: the table is, so that its indexes can't be made or dropped concurrently. */
interface OfIndex {
  readonly definition: string;
  readonly partitioned?: true | undefined;
}

export type FindingCode = keyof FactsByCode;
