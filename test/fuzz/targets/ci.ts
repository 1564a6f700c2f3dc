import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { withoutUnexpandedMacros } from "../../../src/ci/azure.ts";
import { detectCi, serviceOf } from "../../../src/ci/detect.ts";
import type { Env } from "../../../src/environment.ts";
import { branchName, databaseName } from "../../../src/identity/name.ts";
import { ownerTag, tagFromRecord, tagFromText, tagToRecord, tagToText } from "../../../src/identity/owner-tag.ts";
import { identifyRun } from "../../../src/identity/run-identity.ts";
import { changedJson, hostileText } from "../hostile.ts";
import { sample } from "../samples.ts";
import { target } from "../target.ts";

const FOLDER = join(import.meta.dirname, "../../../mocks/ci");
const jobs = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .toSorted()
  .map((path) => JSON.parse(sample(join("mocks/ci", path))) as { readonly env: Env; readonly payload?: unknown });

export const ci = target({
  name: "CI payloads",
  input: fc.constantFrom(...jobs).chain(({ env, payload }) =>
    fc.record({
      env: changedJson([env]),
      payload: changedJson([payload ?? {}]),
      text: hostileText,
      scope: fc.constantFrom("run", "pull-request"),
      runName: fc.option(hostileText, { nil: undefined }),
    }),
  ),
  read({ env: given, payload, text, scope, runName }) {
    const env = withoutUnexpandedMacros(environmentOf(given));
    const context = detectCi(env, payload);
    const service = serviceOf(context);
    const write = { env, random: () => "random", now: () => new Date(0) };
    const outputs = [
      service?.mask([text]),
      service?.exports({ DATABASE_URL: text, [`A${text}`]: text }, write),
      service?.outputs({ a: text }, write),
      service?.group(text, write),
      service?.inert(text),
      service?.annotate({ severity: "error", title: text, message: text, file: text, line: 3 }),
      service?.summary(text, write),
    ];
    const run = identifyRun({
      ci: context.isCi ? context.facts : undefined,
      runName,
      scope,
      local: { branch: text, folder: text, repository: undefined, developer: { user: text, person: text, checkout: text } },
    });
    const tag = ownerTag({ run, createdAt: new Date(0), expiresAt: new Date(1000) });
    const name = branchName(run);
    return [
      outputs,
      databaseName(name),
      tagFromText(tagToText(tag)),
      tagFromRecord(tagToRecord(tag)),
      tagFromRecord(payload),
      tagFromText(`offshoot: ${text}`),
    ];
  },
});

/** An environment has only texts. */
function environmentOf(given: unknown): Env {
  const entries = typeof given === "object" && given !== null ? Object.entries(given) : [];
  return Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}
