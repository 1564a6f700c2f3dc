import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

const TOKEN = "tokABCDEF12345678";

test.for([
  ["up", "--ttl", TOKEN],
  ["up", "--set", `ttl=${TOKEN}`],
  ["up", "--provider", TOKEN],
  ["up", "--json", "--ttl", TOKEN],
  ["up", "--config", `./${TOKEN}.yaml`],
  ["run", "--set", `${TOKEN}=1`, "--", "true"],
  [TOKEN],
  ["check", TOKEN],
  ["up", `--${TOKEN}`],
])("a secret in the place of an argument is not printed: %s", async (args) => {
  const { code, stdout, stderr } = await project.call(args, { MY_SERVICE_TOKEN: TOKEN });
  expect(code).toBe(2);
  expect(stderr).toMatch(/error/);
  expect(stdout + stderr).not.toContain(TOKEN);
  // The same text is shown if it is not a secret.
  const open = await project.call(args, {});
  expect(open.stdout + open.stderr).toContain(TOKEN);
});

test("a secret in the place of a variable's value is not printed", async () => {
  const { stderr } = await project.call(["up"], { MY_SERVICE_TOKEN: TOKEN, OFFSHOOT_TTL: TOKEN });
  expect(stderr).toContain('OFFSHOOT_TTL is "***"');
});

test("the password of a URL in any variable is not printed", async () => {
  const env = { PROD_DATABASE_URL: "postgresql://u:Ur1PassWord9988@db.example.com/x" };
  const { stderr } = await project.call(["up", "--ttl", "Ur1PassWord9988"], env);
  expect(stderr).toContain('--ttl is "***"');
});
