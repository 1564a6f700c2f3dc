import { afterAll, beforeAll, expect, test } from "vitest";
import { afterwards } from "../../support/afterwards.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { connect, type Session } from "../../../src/postgres/connect.ts";
import { makersFor } from "../../mutation/makers.ts";
import { databaseUrl, type Ground, prepareGround } from "../../mutation/ground.ts";
import { tell } from "../../mutation/judge.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { COLUMN } from "./told/columns.ts";
import { CONSTRAINT } from "./told/constraints.ts";
import { DATATYPE } from "./told/datatypes.ts";
import { INDEX } from "./told/indexes.ts";
import { OPERATOR } from "./told/operators.ts";
import { REPLICATION } from "./told/replication.ts";
import { RIGHT } from "./told/rights.ts";
import { ROUTINE } from "./told/routines.ts";
import { SEQUENCE } from "./told/sequences.ts";
import { TABLE } from "./told/tables.ts";
import { TRIGGER } from "./told/triggers.ts";
import { VIEW } from "./told/views.ts";

const ALL = {
  ...TABLE,
  ...COLUMN,
  ...CONSTRAINT,
  ...INDEX,
  ...VIEW,
  ...SEQUENCE,
  ...ROUTINE,
  ...TRIGGER,
  ...DATATYPE,
  ...OPERATOR,
  ...REPLICATION,
  ...RIGHT,
};

let server: TestServer;
let ground: Ground;
let session: Session;

beforeAll(async () => {
  server = await startServer();
  ground = await prepareGround(server.url);
  session = await connect(databaseUrl(server.url, ground.template));
});

afterAll(async () => {
  await session.close();
  await server.stop();
});

test.each(Object.entries(ALL))("a change is told as it is: %s", async (_, [sql, ...told]) => {
  expect(compareCatalogs(ground.catalog, await afterwards(session, sql)).map(tell)).toEqual(told);
});

test("every change that the mutations know is in the table", () => {
  expect(Object.keys(ALL).toSorted()).toEqual(Object.keys(makersFor(ground.catalog.server.major)).toSorted());
});
