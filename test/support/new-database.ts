import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createDatabase } from "./create-database.ts";
import { withDatabase } from "../../src/postgres/url.ts";

/**
 * Creates a database with a random name that starts with `prefix`, and returns its URL. Defaults: an empty database on the
 * server of the test run.
 */
export async function newDatabase(
  prefix: string,
  { server = inject("serverUrl"), template = "template1" }: { readonly server?: string; readonly template?: string } = {},
): Promise<string> {
  const name = `${prefix}_${randomBytes(5).toString("hex")}`;
  await createDatabase(server, name, template);
  return withDatabase(server, name);
}
