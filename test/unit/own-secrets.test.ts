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
import { redact } from "../../src/redact.ts";

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

test.for([
  ["postgresql://u:Ur1PassWord9988@db.example.com/x", ["Ur1PassWord9988"]],
  ["postgresql://u:p%40ss-w0rd@db.example.com/x?application_name=a@b", ["p%40ss-w0rd", "p@ss-w0rd"]],
  ["postgresql://u:p@ss/w0rd-1@db.example.com/x", ["p@ss/w0rd-1"]],
  ["redis://:first-1-pw@one,redis://:second-2-pw@two", ["first-1-pw", "second-2-pw"]],
  ["jdbc:postgresql://db.example.com/x?user=u&password=jdbc-pw-1&ssl=true", ["jdbc-pw-1"]],
  ["host=db user=u password='pw of libpq 1' dbname=x", ["pw of libpq 1"]],
  ['{"url": "amqps://u:json-pw-77@mq.example.com/v"}', ["json-pw-77"]],
] as const)("finds the passwords in the URLs of any variable: %s", ([value, expected]) => {
  const found = secretValues({ PROD_DATABASE_URL: value });
  expect(found).toEqual(expect.arrayContaining([...expected]));
  expect(distinctValues({ ANY: value })).toEqual(expect.arrayContaining([...expected]));
});

test.for(["postgresql://postgres:postgres@localhost/x", "postgresql://app:shop@localhost/shop", "https://example.com/a:b", ""])(
  "finds no password in %s",
  (value) => {
    expect(secretValues({ PROD_DATABASE_URL: value })).toEqual([]);
  },
);

test("a variable as long as Linux allows is searched in no time", () => {
  const parts = ["a.", "a-b:", "://:", "x://a:", "x://a:b@", "password=", "a+"];
  const env = Object.fromEntries(parts.map((part, at) => [`LONG_${at}`, `@${part.repeat(Math.ceil(131_000 / part.length))}`]));
  expect(secretValues(env).length).toBeLessThan(20);
});

test("the password of a URL is hidden in all encodings, alone and as a part of the URL", () => {
  const url = "postgresql://u:Ur1PassWord9988@db.example.com/x";
  const secrets = secretValues({ ALT_URL: url });
  const printed = [
    "Ur1PassWord9988",
    url,
    encodeURIComponent(url),
    Buffer.from(url).toString("base64"),
    Buffer.from(`\n${url}`).toString("base64url"),
    Buffer.from(url).toString("hex"),
    JSON.stringify({ url }),
  ];
  for (const text of printed) {
    const hidden = redact(`before ${text} after`, secrets);
    expect(hidden).toContain("***");
    for (const form of ["Ur1PassWord9988", "VXIxUGFzc1dvcmQ5OTg4", "XIxUGFzc1dvcmQ5OTg4", "IxUGFzc1dvcmQ5OTg4", "557231506173"])
      expect(hidden).not.toContain(form);
  }
});
