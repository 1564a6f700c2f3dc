/** By name: two schemas. The repair of the second must lead to the first, and change nothing in its second run. */
export type Cases = Readonly<Record<string, readonly [expected: string, actual: string]>>;
