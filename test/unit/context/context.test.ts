import { inspect } from "node:util";
import { expect, test } from "vitest";
import { audit, checkMetrics, checkWorker, checkWorkflow, env, list, restore, up, writeEnv } from "../../../src/index.ts";

const TOKEN = "tokABCDEF12345678";
const cwd = import.meta.dirname;

const WRONG = {
  "a setting": (variables: object) => up({ cwd, env: { ...variables }, settings: { ttl: TOKEN as "1h" } }),
  "a variable of a setting": (variables: object) => list({ cwd, env: { ...variables, OFFSHOOT_PROVIDER: TOKEN } }),
  "the name of a file": (variables: object) => env({ cwd, env: { ...variables }, config: `${TOKEN}.yaml` }),
  "the name of a file that is read later": (variables: object) => audit({ cwd, env: { ...variables }, spec: `${TOKEN}.yaml` }),
  "a file to write": (variables: object) => writeEnv({ cwd, env: { ...variables }, file: `${TOKEN}.ts` }),
  "the name of a snapshot": (variables: object) => restore({ cwd, env: { ...variables }, name: `${TOKEN} x` }),
  "a time limit": (variables: object) => checkMetrics({ env: { ...variables }, url: "http://127.0.0.1:9", within: TOKEN }),
  "a workflow": (variables: object) => checkWorkflow({ cwd, env: { ...variables }, files: [`${TOKEN}.yml`] }),
  "the program of a worker": (variables: object) => checkWorker({ cwd, env: { ...variables }, command: [`no-${TOKEN}`] }),
} as const;

test.for(Object.keys(WRONG) as (keyof typeof WRONG)[])(
  "an error of the library has no secret that was given by mistake as %s",
  async (where) => {
    const errorWith = (variables: object): Promise<unknown> =>
      WRONG[where](variables).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    // The same text is shown as long as it is not a secret.
    expect(inspect(await errorWith({}))).toContain(TOKEN);
    const thrown = await errorWith({ MY_SERVICE_TOKEN: TOKEN });
    expect(inspect(thrown)).toContain("***");
    expect(inspect(thrown) + JSON.stringify(thrown)).not.toContain(TOKEN);
  },
);
