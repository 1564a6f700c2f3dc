/** Writes `catalog-rows.json`, from a server with the diverse schema: `npx tsx test/fuzz/record-catalog.ts`. */
import { writeFile } from "node:fs/promises";
import { catalogQuery } from "../../src/catalog/query.ts";
import { connect } from "../../src/postgres/connect.ts";
import { diverseDatabase } from "../support/diverse.ts";
import { startServer } from "../support/server.ts";

const server = await startServer({ wal_level: "logical" });
try {
  const { owner } = await diverseDatabase(server.url, "diverse");
  const session = await connect(owner);
  const rows = await session.query(catalogQuery(undefined));
  await session.close();
  await writeFile(new URL("catalog-rows.json", import.meta.url), `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`);
} finally {
  await server.stop();
}
