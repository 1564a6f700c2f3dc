import { literal } from "../postgres/identifier.ts";
import type { ChangedKind } from "../drift/change.ts";

/** One statement of a repair. */
export interface Statement {
  /** Without the semicolon. */
  readonly sql: string;
  /** Why it loses data; such a statement is commented out unless it was asked for. */
  readonly destructive?: string | undefined;
  /** What it reads or rewrites, one line. */
  readonly warning?: string | undefined;
  /** Can't or should not share a transaction with others. */
  readonly alone?: true | undefined;
}

/** A statement in its place in the order, and what it is about. */
export interface Step extends Statement {
  readonly kind: ChangedKind;
  /** Quoted as in SQL. */
  readonly object: string;
  /** The strongest table lock that it takes, in the words of the Postgres documentation (13.3.1), if any worth a word. */
  readonly lock?: string | undefined;
  /** The changes that it is for, as `keyOf` names them. */
  readonly causes: readonly string[];
}

/** What a kind can do about a difference: statements, a new object in place of the old, or nothing, for a reason. */
export type Remedy = readonly Statement[] | "recreate" | Impossible;

export interface Impossible {
  readonly cannot: string;
}

export function isStatements(remedy: Remedy): remedy is readonly Statement[] {
  return Array.isArray(remedy);
}

/** Statements without anything special. */
export function plain(...sql: readonly string[]): readonly Statement[] {
  return sql.map((text) => ({ sql: text }));
}

/** A statement that runs only where `condition` holds: for those that have no `if exists` of their own. */
export function guarded(condition: string, ...sql: readonly string[]): string {
  return block(`begin\n  if ${condition} then\n${sql.map((text) => `    ${text};`).join("\n")}\n  end if;\nend`);
}

/** An anonymous block, between marks that its text doesn't hold. */
export function block(text: string): string {
  let mark = "$offshoot$";
  for (let number = 2; text.includes(mark); number += 1) mark = `$offshoot${number}$`;
  return `do ${mark}\n${text}\n${mark}`;
}

/** A condition: the table has no constraint of this name. */
export function lacksConstraint(table: string, name: string): string {
  return `not exists (${constraintRow("conrelid", `pg_catalog.to_regclass(${literal(table)})`, name)})`;
}

/** A condition: the domain has no constraint of this name. */
export function lacksDomainConstraint(domain: string, name: string): string {
  return `not exists (${constraintRow("contypid", `pg_catalog.to_regtype(${literal(domain)})`, name)})`;
}

function constraintRow(column: string, owner: string, name: string): string {
  return `select from pg_catalog.pg_constraint where ${column} = ${owner} and conname = ${literal(name)}`;
}
