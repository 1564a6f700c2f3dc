// @module-tag proof
// Plants secrets, lets a failing migration print them in five encodings, and searches everything that was written.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import { makeProject } from "../../support/cli.ts";
import { findLeaks } from "../../support/find-leaks.ts";
import { startGitHub } from "../../support/github.ts";

/** With characters that each encoding changes. */
const CANARIES = {
  NEON_API_KEY: 'napi_canary/neon+0a"1%41é',
  OFFSHOOT_GITHUB_TOKEN: 'ghs_canary/github+1b"2%42é',
  STRIPE_SECRET_KEY: 'sk_canary/stripe+2c"3%43é',
};
const LICENCE = 'canary/licence+3d"4%44é';

const github = await startGitHub("acme/shop", 7);
const project = await makeProject({
  ...CANARIES,
  NEON_PROJECT_ID: "p-1",
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: "acme/shop",
  GITHUB_RUN_ID: "1",
  GITHUB_REF: "refs/pull/7/merge",
  GITHUB_API_URL: github.url,
  OFFSHOOT_COMMENT: "true",
});
afterAll(async () => {
  await project.remove();
  await github.stop();
});

/** Prints each secret that the migration has, and reports which processes have the key in their environment or arguments. */
const MIGRATION = `
const { appendFileSync, readdirSync, readFileSync } = require("node:fs");
const secrets = [...JSON.parse(readFileSync("canaries.json", "utf8")), process.env.PGPASSWORD, process.env.LICENCE];
const print = (text) => { appendFileSync("printed.txt", text + "\\n"); process.stdout.write(text + "\\n"); };
for (const secret of secrets) {
  print("plain " + secret);
  print("json " + JSON.stringify({ secret }));
  print("url " + encodeURIComponent(secret));
  print("hex " + Buffer.from("x" + secret).toString("hex").toUpperCase());
  print(Buffer.from("some text before it " + secret + " and some after it, so that there are lines").toString("base64").replaceAll(/.{76}/g, "$&\\n"));
}
const holders = readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).flatMap((pid) => {
  const read = (name) => { try { return readFileSync("/proc/" + pid + "/" + name, "utf8"); } catch { return ""; } };
  const line = read("cmdline");
  return [...(read("environ").includes("napi_canary") ? ["environment: " + line] : []), ...(line.includes("canary/") ? ["arguments: " + line] : [])];
});
appendFileSync("holders.json", JSON.stringify({ holders, password: process.env.PGPASSWORD, own: Object.keys(process.env) }));
process.exit(3);
`;

/** The runner executes the lines that mask a value, and does not show them. */
function shown(text: string): string {
  return text.replaceAll(/^::add-mask::.*$/gm, "");
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("no output, row, file, page, comment or process shows a secret, in five encodings", async () => {
  const page = join(project.directory, "page.md");
  await project.write("canaries.json", JSON.stringify(Object.values(CANARIES)));
  await project.write("migrate.cjs", MIGRATION);
  await project.write("offshoot.yaml", `migrations:\n  command: node migrate.cjs\n  env: { LICENCE: ${JSON.stringify(LICENCE)} }\n`);
  const leader = await project.offshoot(["run", "--keep", "--json", "--", "true"], { GITHUB_STEP_SUMMARY: page });
  const seen = JSON.parse(await readFile(join(project.directory, "holders.json"), "utf8")) as {
    readonly holders: readonly string[];
    readonly password: string;
    readonly own: readonly string[];
  };
  const others = [["migrate"], ["migrate", "--json"], ["status", "--json"], ["doctor"], ["list", "--json"]];
  const finished = [leader];
  for (const args of others) finished.push(await project.offshoot(args, { GITHUB_STEP_SUMMARY: page }));
  expect(finished.map(({ code }) => code)).toEqual([11, 11, 11, 0, 0, 0]);
  // What is handed to later steps and jobs is written too, and so is what these commands print.
  const [exported, outputs] = ["exported", "outputs"].map((name) => join(project.directory, name)) as [string, string];
  for (const args of [
    ["env", "--format", "ci"],
    ["up", "--outputs"],
  ]) {
    const handed = await project.offshoot(args, { GITHUB_ENV: exported, GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: page });
    expect(handed).toMatchObject({ code: 0 });
    finished.push(handed);
  }
  const urls = await project.offshoot(["env", "--format", "json"]);
  const client = new Client((JSON.parse(urls.stdout) as { readonly DATABASE_URL: string }).DATABASE_URL);
  await client.connect();
  const { rows } = await client.query<{ row: string }>("select to_json(readiness)::text as row from offshoot.readiness readiness");
  await client.end();

  const written: Record<string, string> = {
    page: await readFile(page, "utf8"),
    exported: await readFile(exported, "utf8"),
    outputs: await readFile(outputs, "utf8"),
    comment: github.comments.map(({ body }) => body).join("\n"),
    rows: rows.map(({ row }) => row).join("\n"),
  };
  for (const [at, { stdout, stderr }] of finished.entries()) {
    written[`stdout of ${at}`] = shown(stdout);
    written[`stderr of ${at}`] = shown(stderr);
  }
  const state = project.env["OFFSHOOT_HOME"] ?? "";
  for (const file of filesBelow(state).filter((path) => !/\/(base|pg_wal|global)\//.test(path)))
    written[file] = readFileSync(file, "latin1");

  const secrets = { ...CANARIES, LICENCE, password: seen.password };
  const leaks = Object.entries(written).flatMap(([place, text]) =>
    Object.entries(secrets).flatMap(([name, secret]) => findLeaks(text, secret).map((encoding) => `${place}: ${name} in ${encoding}`)),
  );
  // The server's own password file, which only its owner can read.
  const own = leaks.filter((leak) => /\/password: password in (plain|url|json)$/.test(leak) && leak.startsWith(state));
  // The variables of later steps are URLs with the password on purpose. The runner was asked to mask it before.
  const handed = leaks.filter((leak) => /^exported: password in (plain|url|json)$/.test(leak));
  expect(handed).not.toEqual([]);
  expect(finished.at(-2)?.stderr).toContain(`::add-mask::${seen.password}`);
  expect(leaks.filter((leak) => !own.includes(leak) && !handed.includes(leak))).toEqual([]);
  for (const leak of own) expect(statSync(leak.slice(0, leak.lastIndexOf(": "))).mode & 0o077).toBe(0);

  // The search finds each secret in what the migration printed, and the places that are searched have its output.
  const printed = await readFile(join(project.directory, "printed.txt"), "utf8");
  for (const secret of Object.values(secrets)) expect(findLeaks(printed, secret)).toEqual(["plain", "base64", "hex", "url", "json"]);
  expect(written["stderr of 0"]).toContain("plain ***");
  expect(written["rows"]).toContain("***");
  expect(written["page"]).toContain("***");
  expect(written["comment"]).toContain("The last lines of its output are in the log of the job.");

  // Only the process that the user started has the key. A child that it has forked shows the same line until it runs its program.
  expect(seen.own.filter((name) => name in CANARIES)).toEqual(["STRIPE_SECRET_KEY"]);
  expect(seen.holders.filter((line) => !/^environment: .*bin\/offshoot\.js/.test(line))).toEqual([]);
  expect(new Set(seen.holders).size).toBe(1);
}, 120_000);
