import { expect, test } from "vitest";
import { createHarness, requestFor, requireDatabase, taggedBranch } from "../../../support/neon-harness.ts";

const EMAIL = {
  database_name: "neondb",
  schema_name: "public",
  table_name: "users",
  column_name: "email",
  masking_function: "anon.fake_email()",
};
const NAME = { database_name: "neondb", schema_name: "public", table_name: "users", column_name: "name", masking_value: "x" };
const masked = (...maskingRules: readonly (typeof EMAIL | typeof NAME)[]) => ({ choices: { anonymized: true, maskingRules } });

test("the rules are sent with the create, and a job with the same rules in another order uses the branch", async () => {
  const harness = await createHarness();
  const first = requireDatabase(await harness.provider(masked(EMAIL, NAME)).acquire(requestFor("run-1"), harness.limits()));
  const branches = [...(harness.neon.state.projects.get(harness.neon.projectId)?.branches.values() ?? [])];
  expect(branches.find(({ id }) => id === first.id)?.features.maskingRules).toEqual([EMAIL, NAME]);
  const second = requireDatabase(await harness.provider(masked(NAME, EMAIL)).acquire(requestFor("run-1"), harness.limits()));
  expect(second).toMatchObject({ id: first.id, origin: "adopted" });
});

test("a branch that was masked by other rules is an error, and is not used", async () => {
  const harness = await createHarness();
  await harness.provider(masked(EMAIL)).acquire(requestFor("run-1"), harness.limits());
  await expect(harness.provider(masked(EMAIL, NAME)).acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({
    code: "PROVIDER_REJECTED",
    message: expect.stringContaining("exists, and its data was masked by other rules than those of neon.maskingRules."),
    remedy: "Delete the branch with `offshoot down`, then run the command again.",
  });
});

test("a branch whose data is not masked is an error, and is not used", async () => {
  const harness = await createHarness();
  harness.insert([taggedBranch("run-1")]);
  await expect(harness.provider(masked(EMAIL)).acquire(requestFor("run-1"), harness.limits())).rejects.toMatchObject({
    code: "PROVIDER_REJECTED",
    message: expect.stringContaining("exists, and its data is not masked."),
  });
});
