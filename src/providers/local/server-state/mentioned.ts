import type { Fact, FactKind } from "./facts.ts";

/** What changes a part of the state of the whole server, in SQL or in a text of another language that contains SQL. */
const CHANGES: Readonly<Record<FactKind, RegExp>> = {
  role: /\b(?:create|drop)\s+(?:role|user|group)\b(?!\s+mapping)|\brename\s+to\b|\b(?:drop|reassign)\s+owned\b/i,
  attribute: /\b(?:create|alter)\s+(?:role|user|group)\b(?!\s+mapping)/i,
  comment: /\bcomment\s+on\s+role\b/i,
  setting: /\balter\s+(?:role|user|database)\b(?!\s+mapping)/i,
  member: /\b(?:grant|revoke)\b(?:(?!\bon\b)[^;])+\b(?:to|from)\b|\b(?:create|alter)\s+(?:role|user|group)\b(?!\s+mapping)/i,
  right: /\bon\s+(?:database|tablespace|parameter)\b/i,
  database: /\b(?:create|drop)\s+database\b/i,
  option: /\balter\s+database\b/i,
  tablespace: /\b(?:create|drop|alter)\s+tablespace\b/i,
  parameter: /\balter\s+system\b/i,
  slot: /replication_slot/i,
  origin: /replication_origin/i,
};

const MADE: Partial<Readonly<Record<FactKind, string>>> = {
  role: "create\\s+(?:role|user|group)\\s+",
  database: "create\\s+database\\s+",
  tablespace: "create\\s+tablespace\\s+",
};

/** Where a text computes the name of a role: `format('create role %I', …)`, `create role ' || …`, a template of another language. */
const COMPUTED = /\bcreate\s+(?:role|user|group)\s+(?:if\s+not\s+exists\s+)?(?:["'`]\s*[|+.,]|["'`]?[%$#{<:?])/i;
const OWN_ROLE = /\b(?:current_user|current_role|session_user)\b/i;
const RENAMES = /\brename\s+to\b/i;

/** Whether one of the texts can change what all databases of a server share. Pure. */
export function mentionsServer(texts: readonly string[]): boolean {
  return texts.some((text) => Object.values(CHANGES).some((pattern) => pattern !== CHANGES.role && pattern.test(text)) || ROLES.test(text));
}

/** Tables are renamed too. */
const ROLES = /\b(?:create|drop|alter)\s+(?:role|user|group)\b(?!\s+mapping)|\b(?:drop|reassign)\s+owned\b/i;

/** Whether a text names this new object where it creates one of its kind, so that nobody else can have created it. Pure. */
export function isCreatedBy({ kind, names: [name = ""] }: Pick<Fact, "kind" | "names">, texts: readonly string[]): boolean {
  const made = MADE[kind];
  if (made === undefined) return texts.some((text) => CHANGES[kind].test(text) && hasWord(text, name));
  const pattern = new RegExp(`\\b${made}(?:if\\s+not\\s+exists\\s+)?["'\\\\\`]*${escaped(name)}(?![\\w$])`, "i");
  return texts.some((text) => pattern.test(text) || (kind === "role" && COMPUTED.test(text) && hasWord(text, name)));
}

/** Whether a text changes something of this kind, and has the names in it. The role of the migrations needs no name. Pure. */
export function isChangedBy({ kind, names }: Pick<Fact, "kind" | "names">, texts: readonly string[], user: string): boolean {
  return texts.some((text) => {
    if (!CHANGES[kind].test(text)) return false;
    const isNamed = (name: string): boolean => hasWord(text, name) || (name === user && OWN_ROLE.test(text));
    const isOther = /%|\|\||\$\{/.test(text);
    return names.some(isNamed) && names.every((name) => isOther || name === user || isNamed(name));
  });
}

/** Whether a text renames a role, and has both names. Pure. */
export function isRenamedBy(from: string, to: string, texts: readonly string[]): boolean {
  return texts.some((text) => RENAMES.test(text) && hasWord(text, from) && hasWord(text, to));
}

/** Whether the name of a new role can be computed, so that no text has it. Pure. */
export function computesRoles(texts: readonly string[]): boolean {
  return texts.some((text) => COMPUTED.test(text));
}

function hasWord(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`, "i").test(text);
}

function escaped(name: string): string {
  return name.replaceAll('"', '""').replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
