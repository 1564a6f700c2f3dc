import type { Session } from "../postgres/connect.ts";
import { identifier } from "../postgres/identifier.ts";
import { sqlOf, type Step, type SuperuserStatement } from "./step.ts";

/**
 * Some statements need a superuser, and a restricted copy has none among its roles: its schema is the code of somebody else.
 * So a session of our own runs them there, after this check. Only statements of four kinds can pass. None of them runs code
 * of the database, none has text of the other database that is not a name, a string or an object that this server
 * knows, and nothing that they create belongs to a superuser afterwards.
 */
const NOT_ALLOWED =
  "it needs a superuser, and it is not one of the statements that offshoot runs as one in a copy. Write this part yourself";

const NAME = String.raw`(?:[a-z_][a-z0-9_]*|"(?:[^"]|"")+")`;
const PATH = String.raw`${NAME}\.${NAME}`;
const RIGHT = "(?:select|insert|update|delete|truncate|references|trigger|maintain|usage|execute|create)";
const OBJECTS = "(?:tables|sequences|functions|types|schemas|large objects)";

/** Statements that change entries of the system catalogs, and call no function of the database. */
const HARMLESS: readonly RegExp[] = [
  new RegExp(
    `^alter default privileges for role ${NAME}(?: in schema ${NAME})? (?:grant ${RIGHT} on ${OBJECTS} to ${NAME}(?: with grant option)?|revoke ${RIGHT} on ${OBJECTS} from ${NAME})$`,
  ),
  // A function of the extension that is in a schema of Postgres could take the place of one that a superuser calls.
  new RegExp(`^alter extension ${NAME} set schema (?!"?pg_|"?information_schema)${NAME}$`),
  new RegExp(`^drop extension if exists ${NAME}$`),
  new RegExp(`^comment on extension ${NAME} is (?:null|'(?:[^']|'')*'|E'(?:[^'\\\\]|''|\\\\\\\\)*')$`),
];

/** Their functions have the types of the index as arguments. Those of other access methods get values that SQL cannot check. */
const FAMILY = new RegExp(`^(?:create|alter) operator family (${PATH}) using (btree|hash)(?: (add|drop) (.*))?$`, "s");
const CLASS = new RegExp(`^create operator class (${PATH})(?: default)? for type (.*) using (btree|hash) family ${PATH} as (.*)$`, "s");

/**
 * Runs a step in a session of a superuser, and gives what it created to `owner`. Throws an error if the check
 * fails, and the server's error.
 */
export async function runAsSuperuser(session: Session, { sql, superuser }: Step, owner: string): Promise<void> {
  if (superuser === undefined || sql !== sqlOf(superuser)) throw new Error(NOT_ALLOWED);
  const { statement } = superuser;
  await session.query("set search_path = ''");
  if (HARMLESS.some((pattern) => pattern.test(statement))) {
    await session.query(sql);
    return;
  }
  const created = await operatorPart(session, superuser);
  if (created === undefined) throw new Error(NOT_ALLOWED);
  const owned = statement.startsWith("create ") ? [`alter ${created} owner to ${identifier(owner)}`] : [];
  // One message is one transaction: what is created never belongs to the superuser.
  await session.query([sql, ...owned].join(";\n"));
}

/** The operator class or family of a statement, as in `operator class app.c using btree`; undefined if the check fails. */
async function operatorPart(session: Session, { statement, members = [], type }: SuperuserStatement): Promise<string | undefined> {
  const [, family, familyMethod = "", word, item = ""] = FAMILY.exec(statement) ?? [];
  if (family !== undefined) {
    const fits =
      word === undefined ||
      (word === "drop" ? await isOfTypes(session, item) : item === members.join() && (await areKnown(session, members, familyMethod)));
    return fits ? `operator family ${family} using ${familyMethod}` : undefined;
  }
  const [, name, ofType, method = "", items] = CLASS.exec(statement) ?? [];
  if (name === undefined || type === undefined || ofType !== type || items !== members.join(", ")) return undefined;
  const fits = (await areTypes(session, [type])) && (await areKnown(session, members, method));
  return fits ? `operator class ${name} using ${method}` : undefined;
}

async function areKnown(session: Session, members: readonly string[], method: string): Promise<boolean> {
  for (const member of members) if (!(await isKnown(session, member, method))) return false;
  return true;
}

/** Whether a member of an operator class consists of objects of this server, and its function takes the types of the index. */
async function isKnown(session: Session, member: string, method: string): Promise<boolean> {
  const [, operator] = /^operator \d+ (.+)$/s.exec(member) ?? [];
  if (operator !== undefined) {
    const found = await session.query(
      `select from pg_catalog.pg_operator o where o.oid = pg_catalog.to_regoperator($1) and o.oid::pg_catalog.regoperator::pg_catalog.text = $1`,
      [operator],
    );
    return found.length === 1;
  }
  const [, number = "", left = "", right = "", signature] = /^function (\d+) \((.+?), (.+?)\) (.+)$/s.exec(member) ?? [];
  const types = ARGUMENTS[`${method} ${number}`]?.(left, right);
  if (signature === undefined || types === undefined || !(await areTypes(session, [left, right]))) return false;
  const found = await session.query(
    `select from pg_catalog.pg_proc p where p.oid = pg_catalog.to_regprocedure($1) and p.oid::pg_catalog.regprocedure::pg_catalog.text = $1
       and array(select a.type::pg_catalog.regtype::pg_catalog.text from pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) with ordinality a (type, nr) order by a.nr) = $2`,
    [signature, types],
  );
  return found.length === 1;
}

/** The types of the arguments of each function (PostgreSQL documentation, 36.16.3). The others take values that SQL cannot check. */
const ARGUMENTS: Readonly<Record<string, (left: string, right: string) => readonly string[]>> = {
  "btree 1": (left, right) => [left, right],
  "btree 3": (left, right) => [left, left, right, "boolean", "boolean"],
  "hash 1": (left) => [left],
  "hash 2": (left) => [left, "bigint"],
};

/** Whether all are types of values, with the names that this server writes. */
async function areTypes(session: Session, names: readonly string[]): Promise<boolean> {
  const found = await session.query(
    `select from pg_catalog.unnest($1::pg_catalog.text[]) x (name) join pg_catalog.pg_type t on t.oid = pg_catalog.to_regtype(x.name)
     where t.oid::pg_catalog.regtype::pg_catalog.text = x.name and t.typtype <> 'p'`,
    [names],
  );
  return found.length === names.length;
}

/** For a member that is dropped from a family: its number and its two types. */
async function isOfTypes(session: Session, item: string): Promise<boolean> {
  const [, left, right] = /^(?:operator|function) \d+ \((.+?), (.+)\)$/s.exec(item) ?? [];
  return left !== undefined && right !== undefined && (await areTypes(session, [left, right]));
}
