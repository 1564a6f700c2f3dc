import { OffshootError } from "../../errors.ts";
import { type Session, withSession } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { directUrl, formatUrl, parseUrl } from "../../postgres/url.ts";
import type { Copy } from "../provider.ts";
import { findEscape, HARMLESS_EXTENSIONS } from "./escapes.ts";
import { defaultPrivilegeStatements } from "./default-privilege-statements.ts";
import { ownerStatements } from "./owner-statements.ts";
import { admitStatements, type RestrictedRole } from "./restricted-role.ts";

/** Statements of one message are one transaction, and a transaction can hold only so many locks. */
const STATEMENTS_PER_MESSAGE = 200;

/** A copy, and its URL for a superuser if its own is that of a restricted role. */
export interface RestrictedCopy extends Copy {
  readonly superuserUrl?: string;
}

export interface RestrictOptions {
  /** The owner of the copy; `undefined`: the role of the URL is restricted already. */
  readonly role: RestrictedRole | undefined;
  /** Major version of the server. */
  readonly major: number;
  /** The role whose default privileges the restricted role gets, because it takes the place of this role in the copy. */
  readonly inPlaceOf?: string | undefined;
  /** Whether the objects in it keep their owners, because it is a copy of a copy that was given to the role. */
  readonly keepsOwners?: boolean | undefined;
  /** Extensions that the copy is going to need. */
  readonly extensions: readonly { readonly name: string; readonly schema: string }[];
  readonly signal: AbortSignal;
}

/**
 * Gives a temporary copy to a restricted role, and returns it with the URL of that role. SQL of another database runs in
 * the copy, and a function, a default or a rule of it can do whatever the session's role can do. The role owns everything
 * there, so that a `security definer` function runs as this role too. Event triggers are removed: they need a superuser.
 *
 * Throws `COPY_CONNECTED`, and deletes the copy, when it has a part with which the role could leave it.
 */
export async function restrictCopy(copy: Copy, options: RestrictOptions): Promise<RestrictedCopy> {
  const { role, major, signal } = options;
  const superuserUrl = role === undefined ? copy.url : withoutEventTriggers(copy.url, major);
  try {
    await withSession(superuserUrl, (session) => handOver(session, role?.name, options), { signal });
  } catch (thrown) {
    await copy.drop();
    throw thrown;
  }
  if (role === undefined) return copy;
  const url = directUrl(formatUrl({ ...parseUrl(copy.url), user: role.name, password: role.password }));
  return { ...copy, url, superuserUrl };
}

/** Since PostgreSQL 17, a connection runs the login event triggers of the database, unless a superuser switches them off. */
function withoutEventTriggers(url: string, major: number): string {
  if (major < 17) return url;
  const parsed = new URL(url);
  parsed.searchParams.set("options", "-c event_triggers=off");
  return parsed.href;
}

/** Makes the role the owner of everything. No statement here runs code of the database. */
async function handOver(
  session: Session,
  role: string | undefined,
  { extensions, inPlaceOf, keepsOwners = false }: RestrictOptions,
): Promise<void> {
  if (role !== undefined) await dropEventTriggers(session);
  const escape = await findEscape(session);
  if (escape !== undefined) {
    throw new OffshootError("COPY_CONNECTED", `The copy has ${escape}.`, {
      meaning: "Code of the copied database could use it, so nothing was run.",
      remedy: "Use a server whose template1 does not have it: add --provider embedded.",
    });
  }
  if (role === undefined) return;
  await createExtensions(session, role, extensions);
  const [copy] = await session.query<{ name: string }>("select pg_catalog.current_database()::pg_catalog.text as name");
  if (copy === undefined) throw new TypeError("a session has a database");
  const statements = [
    ...(keepsOwners ? [] : await ownerStatements(session, role)),
    ...(inPlaceOf === undefined ? [] : await defaultPrivilegeStatements(session, inPlaceOf, role)),
    ...admitStatements(role, copy.name),
  ];
  for (let at = 0; at < statements.length; at += STATEMENTS_PER_MESSAGE) {
    await session.query(statements.slice(at, at + STATEMENTS_PER_MESSAGE).join(";\n"));
  }
}

/** Commands on event triggers fire none of them (PostgreSQL documentation, 40.1). */
async function dropEventTriggers(session: Session): Promise<void> {
  const triggers = await session.query<{ name: string }>("select evtname as name from pg_catalog.pg_event_trigger");
  for (const { name } of triggers) await session.query(`drop event trigger if exists ${identifier(name)} cascade`);
}

/** Creates the extensions that only a superuser can create, before the copy has objects whose names their scripts could find. */
async function createExtensions(session: Session, role: string, extensions: RestrictOptions["extensions"]): Promise<void> {
  const available = await session.query<{ name: string }>(
    "select name::pg_catalog.text from pg_catalog.pg_available_extensions where installed_version is null",
  );
  const creatable = new Set(available.map(({ name }) => name));
  for (const { name, schema } of extensions) {
    if (!HARMLESS_EXTENSIONS.includes(name) || !creatable.has(name)) continue;
    await session.query(`create schema if not exists ${identifier(schema)} authorization ${identifier(role)}`);
    await session.query(`create extension ${identifier(name)} with schema ${identifier(schema)}`);
  }
}
