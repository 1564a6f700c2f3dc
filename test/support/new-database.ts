import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { withSession } from "../../src/postgres/connect.ts";
import { withDatabase } from "../../src/postgres/url.ts";

/** Creates an empty database with a random name that starts with `prefix`, and returns its URL. Default: on the shared server. */
export async function newDatabase(prefix: string, server: string = inject("serverUrl")): Promise<string> {
  const name = `${prefix}_${randomBytes(5).toString("hex")}`;
  await withSession(server, (session) => session.query(`create database ${name}`));
  return withDatabase(server, name);
}
