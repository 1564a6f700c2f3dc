import { expect, test } from "vitest";
import { consoleUrl } from "../../../../src/providers/neon/console-url.ts";
import { createHarness, requestFor, requireDatabase } from "../../../support/neon-harness.ts";

test.each([
  [undefined, "https://console.neon.tech/app/projects/shiny-cell-1/branches/br-calm-sea-1"],
  ["https://console-stage.neon.build/api/v2", "https://console-stage.neon.build/app/projects/shiny-cell-1/branches/br-calm-sea-1"],
  ["https://proxy.example/neon", undefined],
])("the page of a branch has the host of the API %s", (apiHost, page) => {
  expect(consoleUrl({ apiHost, project: "shiny-cell-1" }, "br-calm-sea-1")).toBe(page);
});

test("a database and its entry in the list have the page of the branch", async () => {
  const harness = await createHarness();
  const { id, consoleUrl: page } = requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
  expect(page).toBe(`http://neon.test/app/projects/${harness.neon.projectId}/branches/${id}`);
  expect(await harness.provider().list(harness.limits())).toEqual([expect.objectContaining({ id, consoleUrl: page })]);
});
