// Advised commands are pasted as they are printed, beside a database of the same checkout that they must not touch.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
  await project.write("other.yaml", "migrations:\n  tool: sql\n  folder: other\n");
  for (const folder of ["migrations", "other"]) await mkdir(join(project.directory, folder));
  await project.write("migrations/1.sql", "create table own (id int)");
  await project.write("other/1.sql", "create tabel other (id int)");
  await project.offshoot(["up", "--migrate"]);
}, 60_000);
afterAll(() => project.remove());

const OTHER = ["--run", "other", "-c", "other.yaml"];

/** The arguments of the commands of offshoot in a text. */
const advisedIn = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/(?:npx |`)offshoot ([a-z].*?)(?=`|[.,] |[.,]?$|$)/gm)].map(([, words = ""]) => words.trim().split(" "));

test("the commands that an error advises are about the run and the configuration of its call", { timeout: 60_000 }, async () => {
  const failed = await project.offshoot(["up", "--migrate", ...OTHER]);
  expect(failed.code).toBe(11);
  expect(failed.stderr).toContain("run `offshoot migrate --run other --config other.yaml --retry`");

  await project.write("other/1.sql", "create table other (id int)");
  const [retry] = advisedIn(failed.stderr).filter((words) => words.includes("--retry"));
  const conflict = await project.offshoot(["migrate", ...OTHER]);
  expect(conflict.stderr).toContain("npx offshoot down --run other --config other.yaml");
  expect(await project.offshoot(retry ?? [])).toMatchObject({ code: 0 });

  const up = await project.offshoot(["up", ...OTHER]);
  expect(advisedIn(up.stderr).map((words) => words.join(" "))).toEqual([
    "url --config other.yaml --run other",
    "env --config other.yaml --write .env --run other",
    "psql --config other.yaml --run other",
    "migrate --config other.yaml --run other",
  ]);
  const json = await project.offshoot(["extend", "--json", "--run", "none", "-c", "other.yaml"]);
  expect(json.stdout).toContain("npx offshoot up --config other.yaml --run none");

  const [down] = advisedIn(conflict.stderr).filter(([verb]) => verb === "down");
  expect(await project.offshoot(down ?? [])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^deleted .*other/) });
  expect(await project.offshoot(["status"])).toMatchObject({ code: 0 });
});
