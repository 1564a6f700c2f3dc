// @module-tag proof
import { afterAll, beforeAll, expect, test } from "vitest";
import { afterwards } from "../../support/afterwards.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { connect, type Session } from "../../support/session.ts";
import { kindsFor } from "../../mutation/kinds.ts";
import { databaseUrl, type Template, prepareTemplate } from "../../mutation/template.ts";
import { describeChange } from "../../mutation/expected-change.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { COLUMN } from "./reported/columns.ts";
import { CONSTRAINT } from "./reported/constraints.ts";
import { DATATYPE } from "./reported/datatypes.ts";
import { INDEX } from "./reported/indexes.ts";
import { INHERITANCE } from "./reported/inheritance.ts";
import { MORE } from "./reported/more.ts";
import { OPERATOR } from "./reported/operators.ts";
import { REPLICATION } from "./reported/replication.ts";
import { RIGHT } from "./reported/rights.ts";
import { ROUTINE } from "./reported/routines.ts";
import { SEQUENCE } from "./reported/sequences.ts";
import { SHAPE } from "./reported/shapes.ts";
import { TABLE } from "./reported/tables.ts";
import { TRIGGER } from "./reported/triggers.ts";
import { VIEW } from "./reported/views.ts";

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
  ...SHAPE,
  ...INHERITANCE,
  ...MORE,
};

let server: TestServer;
let template: Template;
let session: Session;

beforeAll(async () => {
  server = await startServer();
  template = await prepareTemplate(server.url);
  session = await connect(databaseUrl(server.url, template.template));
});

afterAll(async () => {
  await session.close();
  await server.stop();
});

test.each(Object.entries(ALL))("reports %s exactly", async (_, [sql, ...reported]) => {
  expect(compareCatalogs(template.catalog, await afterwards(session, sql)).map(describeChange)).toEqual(reported);
});

test("the table contains every kind of mutation", () => {
  expect(Object.keys(ALL).toSorted()).toEqual(Object.keys(kindsFor(template.catalog.server.major)).toSorted());
});
