// @module-tag proof
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { withDatabase } from "../../../src/postgres/url.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { withSession } from "../../support/session.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl"), OFFSHOOT_RUN: "ветка 漢字 😀" });
});
afterAll(() => project.remove());

async function database(encoding: string): Promise<string> {
  const name = `encoding_${randomBytes(5).toString("hex")}`;
  await withSession(inject("serverUrl"), (session) =>
    session.query(`create database ${name} template template0 encoding '${encoding}' locale 'C'`),
  );
  return withDatabase(inject("serverUrl"), name);
}

// The driver sends UTF-8, and a server with another encoding refuses each character that its encoding does not have.
test.each(["LATIN1", "EUC_JP", "SQL_ASCII"])("on a server with the encoding %s", async (encoding) => {
  const url = await database(encoding);

  const up = await project.call(["up"], { OFFSHOOT_EXISTING_URL: url });
  expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0 });
  const listed = await project.call(["list", "--json"]);
  // Other tests have databases on this server too.
  const runs = (JSON.parse(listed.stdout) as { readonly run: string }[]).map(({ run }) => run);
  expect(runs).toContain("ветка 漢字 😀");
  expect(await project.call(["down"], { OFFSHOOT_EXISTING_URL: url })).toMatchObject({ code: 0 });

  // A tail that was cut inside of a character has half of it.
  const fails = ["migrate", "--url", url, "--", "sh", "-c", `echo ran >> count-${encoding}; echo 'naïve … 漢字 😀'; exit 3`];
  const first = await project.call(fails);
  expect(first).toMatchObject({ code: 11 });
  expect(first.stderr).not.toContain("could not record");
  const second = await project.call(fails);
  expect(second).toMatchObject({ code: 11 });
  expect(second.stderr).toContain("naïve … 漢字 😀");
  expect(await readFile(join(project.directory, `count-${encoding}`), "utf8")).toBe("ran\n");

  const works = ["migrate", "--url", url, "--run", "весна", "--", "sh", "-c", 'psql -X "$DATABASE_URL" -c "create table a ()"'];
  expect(await project.call(works)).toMatchObject({ code: 0 });
  expect(await project.call([...works.slice(0, 3), "--run", "ветер", ...works.slice(5)])).toMatchObject({ code: 11 });
  const again = await project.call(works);
  expect(again.stdout).toContain("already");
});
