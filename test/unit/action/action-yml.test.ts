import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { INPUTS } from "../../../src/action/inputs.ts";

interface Action {
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: unknown;
}

const action = parse(readFileSync(new URL("../../../action.yml", import.meta.url), "utf8")) as Action;

/** The names in the action.yml of neondatabase/create-branch-action v6.4.0. */
const CREATE_BRANCH_ACTION = {
  inputs:
    "api_key api_host branch_name project_id parent_branch prisma database role branch_type ssl suspend_timeout expires_at masking_rules get_auth_url get_data_api_url",
  outputs: "db_url db_url_pooled db_host db_host_pooled password branch_id created auth_url data_api_url",
};

test("action.yml has the inputs that the code reads, with the same defaults", () => {
  expect(Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]))).toEqual(INPUTS);
});

test("the description is within the size limit of GitHub's Marketplace", () => {
  expect(action.description.length).toBeLessThanOrEqual(125);
});

test("no input is required, because the database is local without a key", () => {
  expect(Object.values(action.inputs).filter(({ required }) => required === true)).toEqual([]);
});

test("action.yml has every input and output of create-branch-action", () => {
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(CREATE_BRANCH_ACTION.inputs.split(" ")));
  expect(Object.keys(action.outputs)).toEqual(expect.arrayContaining(CREATE_BRANCH_ACTION.outputs.split(" ")));
});

test("the post step runs after success, failure and cancellation of the job", () => {
  expect(action.runs).toEqual({ using: "node24", main: "dist-action/index.js", post: "dist-action/post.js", "post-if": "always()" });
});
