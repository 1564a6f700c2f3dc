// @module-tag proof
import { expect, onTestFinished, test } from "vitest";
import { makeProject } from "../../support/cli.ts";

test("a database that was copied from a base is not said to be migrated by the process that made the base", async () => {
  const project = await makeProject();
  onTestFinished(() => project.remove());
  await project.write(
    "offshoot.yaml",
    `migrations:
  command: psql -X -v ON_ERROR_STOP=1 -q -c 'create table if not exists migrated (id int)' "$DATABASE_URL"
  files: [offshoot.yaml]
`,
  );
  const statusOf = async (run: string): Promise<string> => (await project.offshoot(["status", "--run", run])).stdout;
  for (const run of ["first", "second"]) expect(await project.offshoot(["up", "--migrate", "--run", run])).toMatchObject({ code: 0 });
  expect(await statusOf("first")).toMatch(/^migrations {2}ready since .* UTC, by .*pid \d+/m);
  expect(await statusOf("second")).toMatch(/^migrations {2}had run in the base that was copied$/m);
  const { stdout } = await project.offshoot(["status", "--run", "second", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ isMigratedCopy: true, markers: [{ state: "ready" }] });
});
