import { randomBytes } from "node:crypto";
import { type Session, withSession } from "../../support/session.ts";
import { identifier, literal } from "../../../src/postgres/identifier.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { offshoot } from "../offshoot.ts";
import type { VenueName } from "../plans.ts";
import type { Decoy, Existing, Venue } from "./venue.ts";

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly comment: string | null;
}

interface Tag {
  readonly repository?: string;
  readonly run?: string;
  readonly expires?: string;
}

/** Runs queries in the maintenance database. */
type InSession = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

const COMMENT_START = "offshoot: ";

/**
 * A local server, embedded or in a container. A run of another repository holds a database on it for the whole series, so that
 * the server is never stopped between two schedules; nobody may delete that database either.
 */
export async function localVenue(
  name: VenueName & ("embedded" | "docker"),
  env: Readonly<Record<string, string>>,
  stop: () => Promise<void>,
): Promise<Venue> {
  const neighbour = { ...env, OFFSHOOT_RUN: `neighbour-${randomBytes(4).toString("hex")}`, OFFSHOOT_TTL: "3d" };
  await offshoot(["up"], neighbour);
  const { DATABASE_URL_UNPOOLED: url } = JSON.parse(await offshoot(["env", "--format", "json"], neighbour)) as {
    DATABASE_URL_UNPOOLED: string;
  };
  const maintenance = withDatabase(url, "postgres");
  const inSession: InSession = (work) => withSession(maintenance, work, { applicationName: "whole life", connectMs: 60_000 });
  return {
    name,
    env,
    secrets: [new URL(url).password],
    async list(repository) {
      return (await inSession(databases)).map(toExisting).filter((existing) => existing.repository === repository);
    },
    async expire(repository) {
      await inSession(async (session) => {
        for (const row of await databases(session)) if (toExisting(row).repository === repository) await expire(session, row);
      });
    },
    plant: (repository) => inSession((session) => plant(session, inSession, repository)),
    async end() {
      const kept = (await inSession(databases)).some((row) => new URL(url).pathname === `/${row.name}`);
      await offshoot(["down"], neighbour);
      await stop();
      return kept ? [] : ["the database of another repository was deleted"];
    },
  };
}

function databases(session: Session): Promise<readonly Row[]> {
  return session.query<Row>(
    "select datname as name, shobj_description(oid, 'pg_database') as comment from pg_database where starts_with(datname, 'offshoot_') and not datistemplate",
  );
}

function toExisting({ name, comment }: Row): Existing {
  const line = comment?.split("\n")[0] ?? "";
  const tag = line.startsWith(COMMENT_START) ? (JSON.parse(line.slice(COMMENT_START.length)) as Tag) : {};
  const { repository, run, expires } = tag;
  return { name, repository, run, expires: expires === undefined ? undefined : new Date(expires) };
}

/** The database may be deleted at the same time. */
async function expire(session: Session, { name, comment }: Row): Promise<void> {
  const expired = (comment ?? "").replace(/"expires":"[^"]*"/, `"expires":"${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z"`);
  await session.query(`do $expire$ begin
    if exists (select from pg_database where datname = ${literal(name)})
    then comment on database ${identifier(name)} is ${literal(expired)}; end if; end $expire$`);
}

/** An own name without a tag, and a tag that was written for another name: neither proves that offshoot created it. */
async function plant(session: Session, inSession: InSession, repository: string): Promise<readonly Decoy[]> {
  const id = randomBytes(5).toString("hex");
  const slug = repository.replaceAll(/[^a-z0-9]/g, "_");
  const tag = {
    tool: "offshoot",
    repository: `${repository}-renamed`,
    run: "old",
    created: "2020-01-01T00:00:00Z",
    expires: "2020-01-02T00:00:00Z",
    kind: "run",
  };
  const comments = {
    [`offshoot_${slug}_untagged_${id}`]: "the database of the shop",
    [`offshoot_${slug}_renamed_${id}`]: COMMENT_START + JSON.stringify(tag),
  };
  const decoys: Decoy[] = [];
  for (const [database, comment] of Object.entries(comments)) {
    await session.query(`create database "${database}"`);
    await session.query(`comment on database "${database}" is '${comment}'`);
    decoys.push({
      what: `the database ${database}`,
      exists: () => inSession(async (later) => (await later.query("select from pg_database where datname = $1", [database])).length === 1),
      remove: () => inSession(async (later) => void (await later.query(`drop database if exists "${database}" with (force)`))),
    });
  }
  return decoys;
}
