/** In the words of the Postgres documentation, 13.3.1 and ALTER TABLE: the first that fits. */
const LOCKS: readonly (readonly [statement: RegExp, lock: string])[] = [
  [/^create (?:unique )?index concurrently/, "SHARE UPDATE EXCLUSIVE"],
  [/^alter (?:table|domain) .* validate constraint /, "SHARE UPDATE EXCLUSIVE"],
  [
    /^alter table .* (?:set statistics \S+|set \(.*\)|reset \(.*\)|attach partition .*|cluster on \S+|set without cluster)$/s,
    "SHARE UPDATE EXCLUSIVE",
  ],
  [/^create (?:unique )?index/, "SHARE"],
  [/ add constraint .* FOREIGN KEY /s, "SHARE ROW EXCLUSIVE"],
  [/\bcreate (?:constraint )?trigger /i, "SHARE ROW EXCLUSIVE"],
  [
    /\balter table |^drop (?:table|index|view|materialized view|trigger|policy|rule)|^refresh |\bcreate policy |\bcreate or replace (?:view|rule) /,
    "ACCESS EXCLUSIVE",
  ],
];

/** The strongest table lock that a statement takes; undefined where it locks no table. */
export function lockOf(sql: string): string | undefined {
  return LOCKS.find(([statement]) => statement.test(sql))?.[1];
}
