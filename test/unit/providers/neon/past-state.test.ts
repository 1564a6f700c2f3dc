import { describe, expect, test } from "vitest";
import { createHarness, type NeonHarness, requestFor, START } from "../../../support/neon-harness.ts";

const DAY_MS = 86_400_000;
const at = (ms: number): string => new Date(START + ms).toISOString();
const OLD = at(-10 * DAY_MS);

/** A project whose branches exist for longer than its history of a day. */
async function oldProject(): Promise<NeonHarness> {
  const harness = await createHarness();
  harness.clock.advance(30 * DAY_MS);
  return harness;
}
const NOW = 30 * DAY_MS;

const acquire = (harness: NeonHarness, parentAt: string) =>
  harness.provider({ choices: { parentAt } }).acquire(requestFor("run-1", { at: harness.clock.now() }), harness.limits());

/** The texts that people read. */
const expected = (what: string) => ({
  code: "PROVIDER_REJECTED",
  message: `Neon has no state of the branch main at ${what}: timestamp is outside of the history of the project.`,
  meaning: `The project keeps a history of 1d, so its earliest state is of ${at(NOW - DAY_MS)}. Nothing was created or changed.`,
  remedy: expect.stringMatching(
    /^Set neon\.parentAt \(OFFSHOOT_NEON_PARENT_AT\) to a time between \S+ and now, or remove it .*history retention/,
  ),
});

describe("a past state outside of the history names the window, and what to set", () => {
  test("when a branch is created", async () => {
    const harness = await oldProject();
    await expect(acquire(harness, OLD)).rejects.toMatchObject(expected(OLD));
    expect(harness.names()).toEqual([]);
  });

  test("when a branch is reset", async () => {
    const harness = await oldProject();
    await harness.provider().acquire(requestFor("run-1", { at: harness.clock.now() }), harness.limits());
    const { name } = requestFor("run-1");
    const reset = harness.provider({ choices: { parentAt: OLD } }).reset?.(name, { fingerprint: undefined }, harness.limits());
    const meaning = expect.stringMatching(
      /^The project keeps a history of 1d, so its earliest state is of \S+\. Nothing was created or changed\.$/,
    );
    await expect(reset).rejects.toMatchObject({ ...expected(OLD), meaning });
  });

  test("when a command names it after a branch", async () => {
    const harness = await oldProject();
    const copy = requestFor("copy", { at: harness.clock.now() });
    const { remedy: _, ...rest } = expected(OLD);
    await expect(harness.provider().reach?.({ branch: "main", at: OLD }, copy, harness.limits())).rejects.toMatchObject({
      ...rest,
      remedy: expect.stringMatching(/^Use a time between \S+ and now after the @ of the branch\./),
    });
  });

  test("when the branch is younger than the history", async () => {
    const harness = await createHarness();
    harness.clock.advance(3_600_000);
    await expect(acquire(harness, OLD)).rejects.toMatchObject({
      meaning: `The project keeps a history of 1d, and the branch exists since ${at(0)}. Nothing was created or changed.`,
      remedy: expect.stringContaining(`between ${at(0)} and now`),
    });
  });

  test("when the time is in the future, without advice about a longer history", async () => {
    const harness = await createHarness();
    await expect(acquire(harness, at(DAY_MS))).rejects.toMatchObject({
      meaning: "That time is in the future.",
      remedy: expect.not.stringContaining("history"),
    });
  });

  test.each([
    [400, "invalid branch start lsn: less than latest GC cutoff 0/1699A30"],
    [404, "the requested point in time is not available"],
    [406, "requested timestamp is too old"],
    [422, "source_lsn is not within the restore window"],
  ])("by status and text of the refusal: %i %s", async (status, message) => {
    const harness = await oldProject();
    harness.fault({ method: "POST", status, message, times: -1 });
    await expect(acquire(harness, "0/1A2B3C4D")).rejects.toMatchObject({
      message: `Neon has no state of the branch main at 0/1A2B3C4D: ${message}.`,
      meaning: expect.stringContaining("a history of 1d"),
    });
  });

  test("without the window where Neon does not answer the question for it", async () => {
    const harness = await oldProject();
    harness.fault({ method: "GET", status: 400, message: "no", times: -1 });
    await expect(acquire(harness, OLD)).rejects.toMatchObject({ remedy: expect.stringContaining("to a time that is later") });
  });
});

test("a refusal for another reason keeps its own error, also with a past state", async () => {
  const harness = await oldProject();
  harness.fault({ method: "POST", status: 400, message: "suspend interval changing is not allowed for your account", times: -1 });
  await expect(acquire(harness, at(NOW - 1000))).rejects.toMatchObject({ remedy: expect.stringContaining("neon.compute.suspend") });
});

test("`doctor` finds it without a further call", async () => {
  const harness = await oldProject();
  const examine = (parentAt: string) => harness.provider({ choices: { parentAt } }).examine(requestFor("run-1").name, harness.limits());
  const failed = { name: "past state", state: "failed", text: expect.stringContaining(`reaches back 1d, to ${at(NOW - DAY_MS)}`) };
  expect((await examine(OLD)).checks).toContainEqual(expect.objectContaining(failed));
  expect(harness.calls()).toHaveLength(3);
  for (const fine of ["0/1A2B3C4D", at(NOW - 1000)]) expect((await examine(fine)).action).toContain(`at ${fine}`);
});
