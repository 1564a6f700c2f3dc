/**
 * By name: two schemas. `drift --repair` with all steps that lose data must lead from the second to the first. With a third
 * text it must not: the text is part of the reason, which is a limit of the server.
 */
export type Situations = Readonly<Record<string, readonly [expected: string, actual: string, reason?: string]>>;
