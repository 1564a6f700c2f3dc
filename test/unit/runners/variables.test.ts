import { expect, test } from "vitest";
import { setVariables, unusableVariables } from "../../../src/runners/variables.ts";

test("a process without a clone gets a URL that cannot work, and whose host says what to do", () => {
  const variables = unusableVariables("Add the plugin of offshoot/vitest to this project");
  expect(new URL(variables["DATABASE_URL"] ?? "").hostname).toBe("add-the-plugin-of-offshoot-vitest-to-this-project.invalid");
  expect(variables["PGHOST"]).toBe("add-the-plugin-of-offshoot-vitest-to-this-project.invalid");
});

test("the host is a valid name, whatever the words are", () => {
  const [label = "", top] = (unusableVariables(`${"wrap the configuration ".repeat(9)}!`)["PGHOST"] ?? "").split(".");
  expect(label).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect([label.length <= 63, top]).toEqual([true, "invalid"]);
});

test("setting a database removes the variables that would lead to another server", () => {
  const env: NodeJS.ProcessEnv = { PGSERVICE: "prod", PGHOSTADDR: "10.0.0.1", PGSSLMODE: "require", HOME: "/home/ada" };
  setVariables(env, { PGHOST: "127.0.0.1", DATABASE_URL: "postgresql://127.0.0.1/clone" });
  expect(env).toEqual({ HOME: "/home/ada", PGHOST: "127.0.0.1", DATABASE_URL: "postgresql://127.0.0.1/clone" });
});
