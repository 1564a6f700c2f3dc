/** By kind of mutation: the statement, and all changes that a comparison reports after it. */
export type Reported = Readonly<Record<string, readonly [sql: string, ...reported: readonly string[]]>>;
