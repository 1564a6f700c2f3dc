import { literal } from "../postgres/identifier.ts";
import type { ChangedKind } from "../drift/change.ts";

/** One statement of a repair. */
export interface Statement {
  /** Without the semicolon. */
  readonly sql: string;
  /** Why the statement loses data. Such a statement is commented out unless the user allows it. */
  readonly destructive?: string | undefined;
  /** What the statement reads or rewrites, one line. */
  readonly warning?: string | undefined;
  /** Set when the statement cannot or should not share a transaction with others. */
  readonly alone?: true | undefined;
  /** Set when an owner without superuser rights cannot run it. */
  readonly superuser?: SuperuserStatement | undefined;
}

/** The parts of a statement for a superuser: `sql` is the bare statement, or `guarded` with the condition. */
export interface SuperuserStatement {
  readonly statement: string;
  readonly condition?: string | undefined;
  /** The operators and functions of an operator class or family, as in the statement. */
  readonly members?: readonly string[] | undefined;
  /** The type of an operator class. */
  readonly type?: string | undefined;
}

/** A statement for a superuser, that runs only when the condition is true. */
export function bySuperuser(parts: SuperuserStatement): Statement {
  return { sql: sqlOf(parts), superuser: parts };
}

/** The statement of a script for these parts. */
export function sqlOf({ statement, condition }: SuperuserStatement): string {
  return condition === undefined ? statement : guarded(condition, statement);
}

/** A statement in the order of the script, and the object that it changes. */
export interface Step extends Statement {
  readonly kind: ChangedKind;
  /** Quoted as in SQL. */
  readonly object: string;
  /** The strongest table lock that it takes, as the PostgreSQL documentation names it (13.3.1). */
  readonly lock?: string | undefined;
  /** The search path of the statement, if it is not the script's empty one. */
  readonly searchPath?: string | undefined;
  /** The changes that need this step, as `keyOf` names them. */
  readonly causes: readonly string[];
}

/** How to remove a difference: with statements, by dropping and creating the object again, or not at all, with the reason. */
export type Remedy = readonly Statement[] | "recreate" | Impossible;

export interface Impossible {
  readonly cannot: string;
}

export function isStatements(remedy: Remedy): remedy is readonly Statement[] {
  return Array.isArray(remedy);
}

/** Statements that lose no data, need no warning and can share a transaction. */
export function toStatements(...sql: readonly string[]): readonly Statement[] {
  return sql.map((text) => ({ sql: text }));
}

/** Statements that run only when `condition` is true. Use it for statements that have no `if exists` or `or replace`. */
export function guarded(condition: string, ...sql: readonly string[]): string {
  return doBlock(`begin\n  if ${condition} then\n${sql.map((text) => `    ${text};`).join("\n")}\n  end if;\nend`);
}

/** The first lines of `guarded`: the condition ends before the first `then` at the end of a line. */
const GUARD = /^(do \$offshoot\d*\$\nbegin\n {2}if .*? then\n)([\s\S]*)(\n {2}end if;\nend\n\$offshoot\d*\$)$/s;

/**
 * The step with a search path of its own. A condition is evaluated with the script's empty path, because Postgres writes
 * definitions differently with another one.
 */
export function inSearchPath(step: Step, searchPath: string): Step {
  const [, head, body, tail] = GUARD.exec(step.sql) ?? [];
  if (head === undefined || body === undefined || tail === undefined) return { ...step, searchPath };
  return { ...step, sql: [`${head}${setPath(searchPath)}`, body, `${setPath("")}${tail}`].join("\n") };
}

function setPath(value: string): string {
  return `    perform pg_catalog.set_config('search_path', ${literal(value)}, true);`;
}

/** An anonymous code block. The dollar quotes around it do not occur in its text. */
export function doBlock(text: string): string {
  let mark = "$offshoot$";
  for (let number = 2; text.includes(mark); number += 1) mark = `$offshoot${number}$`;
  return `do ${mark}\n${text}\n${mark}`;
}

/** SQL condition: the table has no constraint with this name, or none for which another condition is true. */
export function lacksConstraint(table: string, name: string, condition?: string): string {
  const also = condition === undefined ? "" : ` and ${condition}`;
  return `not exists (${constraintRow("conrelid", `pg_catalog.to_regclass(${literal(table)})`, name)}${also})`;
}

/** SQL condition: the domain has no constraint with this name. */
export function lacksDomainConstraint(domain: string, name: string): string {
  return `not exists (${constraintRow("contypid", `pg_catalog.to_regtype(${literal(domain)})`, name)})`;
}

function constraintRow(column: string, owner: string, name: string): string {
  return `select from pg_catalog.pg_constraint where ${column} = ${owner} and conname = ${literal(name)}`;
}

/** Table locks as the PostgreSQL documentation names them (13.3.1 and ALTER TABLE). The first pattern that matches applies. */
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

/** The strongest table lock that a statement takes; undefined when it locks no table. */
export function lockOf(sql: string): string | undefined {
  return LOCKS.find(([statement]) => statement.test(sql))?.[1];
}
