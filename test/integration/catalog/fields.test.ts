import { codeOf } from "../../../src/errors.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect, withSession, type Session } from "../../support/session.ts";
import { afterwards } from "../../support/afterwards.ts";
import { BASE, FIELDS } from "../../support/fields.ts";
import { otherMajors } from "../../support/majors.ts";
import { sharedServer } from "../../support/shared-server.ts";

const onServer = (folder: string): void => {
  let session: Session;
  beforeAll(async () => {
    const server = folder === "" ? undefined : await sharedServer(folder);
    const url = new URL(server?.url ?? inject("serverUrl"));
    await withSession(url.href, (admin) => admin.query("create database fields"));
    url.pathname = "/fields";
    session = await connect(url.href);
    await session.query(BASE);
  });
  afterAll(async () => {
    await session.close();
  });

  test.each(FIELDS.map((field) => ({ ddl: field[0], field })))("$ddl", async ({ field: [ddl, kind, id, facts, from = 14] }) => {
    const [running] = await session.query<{ major: number }>("select current_setting('server_version_num')::int / 10000 as major");
    const objects = await afterwards(session, ddl).then(
      (catalog): readonly { readonly id: string }[] => catalog[kind],
      (thrown: unknown) => codeOf(thrown),
    );
    const object = typeof objects === "object" ? objects.find((each) => each.id === id) : objects;
    // An older server reports a syntax error or an unknown option.
    const expected = (running?.major ?? 0) < from ? UNKNOWN_SYNTAX : objectContaining(facts);
    expect(object).toEqual(expected);
  });
};

describe("the catalog of the newest Postgres has the properties of the statement:", () => {
  onServer("");
});

describe.each(await otherMajors())(
  "the catalog of the Postgres in the folder %s has the properties of the statement:",
  { tags: "proof" },
  (folder) => {
    onServer(folder);
  },
);

const UNKNOWN_SYNTAX = expect.stringMatching(/^(?:42601|22023|42703|0A000)$/) as unknown;

function objectContaining(facts: object): unknown {
  return expect.objectContaining(facts) as unknown;
}
