/**
 * The least that a command on a server can be: Node, the same driver, and as many sessions and statements one after another.
 * Arguments: the number of statements in each session.
 */
import { Client } from "pg";

async function main(): Promise<void> {
  for (const statements of process.argv.slice(2).map(Number)) {
    const client = new Client({ connectionString: process.env["FLOOR_URL"] });
    await client.connect();
    for (let n = 0; n < statements; n += 1) await client.query("select 1");
    await client.end();
  }
}

void main();
