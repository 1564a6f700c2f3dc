/** By what is changed: the statement that changes it, and all that `drift` says, line by line. */
export type Reported = Readonly<Record<string, readonly [sql: string, ...reported: readonly string[]]>>;
