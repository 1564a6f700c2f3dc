import { expect, test } from "vitest";
import { FIELDS, variablesOf } from "../../src/config/fields.ts";
import {
  backgroundEnvironment,
  commandEnvironment,
  distinctValues,
  isWithheld,
  OWN_SECRETS,
  secretValues,
  withoutOwnSecrets,
} from "../../src/own-secrets.ts";

const ENV = {
  PATH: "/bin",
  NEON_API_KEY: "napi_canary",
  OFFSHOOT_EXISTING_URL: "postgresql://a:b@h/d",
  OFFSHOOT_GITHUB_TOKEN: "ghs_canary",
  GITHUB_TOKEN: "ghs_of-the-job",
  STRIPE_API_KEY: "sk_live_1234",
};

test("every setting that holds a login is one of the secrets that commands do not get", () => {
  const variables = FIELDS.filter(({ kind }) => kind === "postgresUrl").flatMap(variablesOf);
  expect(variables.length).toBeGreaterThan(0);
  expect(variables.filter((name) => !(OWN_SECRETS as readonly string[]).includes(name))).toEqual([]);
});

test("a command gets everything but offshoot's own secrets, and the names of those", () => {
  const env = commandEnvironment(ENV, false);
  expect(env).toEqual({
    PATH: "/bin",
    GITHUB_TOKEN: "ghs_of-the-job",
    STRIPE_API_KEY: "sk_live_1234",
    OFFSHOOT_WITHHELD: "NEON_API_KEY,OFFSHOOT_EXISTING_URL,OFFSHOOT_GITHUB_TOKEN",
  });
  expect(OWN_SECRETS.map((name) => isWithheld(env, name))).toEqual([true, true, true]);
  // A command of a command still gets them.
  expect(commandEnvironment(env, false)).toEqual(env);
});

test("a command gets offshoot's secrets if passSecrets is set, and no note when there are none", () => {
  expect(commandEnvironment(ENV, true)).toEqual(ENV);
  expect(commandEnvironment({ PATH: "/bin", NEON_API_KEY: "" }, false)).toEqual({ PATH: "/bin" });
});

test("a secret that the command sets itself does not count as withheld", () => {
  expect(isWithheld({ ...commandEnvironment(ENV, false), NEON_API_KEY: "napi_other" }, "NEON_API_KEY")).toBe(false);
  expect(isWithheld({}, "NEON_API_KEY")).toBe(false);
});

test("names of variables have no case on Windows", () => {
  expect(withoutOwnSecrets({ Neon_Api_Key: "napi_canary", Path: "C:\\" })).toEqual({ Path: "C:\\" });
});

test("a background process keeps no secret", () => {
  const env = {
    ...ENV,
    PGPASSWORD: "x",
    DATABASE_URL: "y",
    DB: "postgresql://u:p@h/d",
    RUNNER_TRACKING_ID: "github_1",
    SSL_CERT_FILE: "/ca",
  };
  expect(backgroundEnvironment(env)).toEqual({ PATH: "/bin", RUNNER_TRACKING_ID: "github_1", SSL_CERT_FILE: "/ca" });
});

test("finds the values that are secret by their names, and no ordinary words or paths", () => {
  const env = {
    ...ENV,
    PASSWORD: "postgres",
    GPG_KEY: "12345678901",
    SSH_KEY: "/home/me/.ssh/id",
    KEYBOARD: "de-latin1-nodeadkeys",
    PGPASSWORD: "s3cr3t-pw",
  };
  expect(secretValues(env)).toEqual(["napi_canary", "postgresql://a:b@h/d", "ghs_canary", "ghs_of-the-job", "sk_live_1234", "s3cr3t-pw"]);
  expect(distinctValues({ MODE: "production", LICENCE: "ab12-cd34-ef56" })).toEqual(["ab12-cd34-ef56"]);
});
