import { expect, test } from "vitest";
import { guarded } from "../../../src/repair/step.ts";

test("a guarded statement stands between marks that it doesn't hold itself", () => {
  expect(guarded("true", "select 1")).toMatch(/^do \$offshoot\$\n[^$]*\n\$offshoot\$$/);
  const inside = "comment on table t is '$offshoot$ $offshoot2$'";
  expect(guarded("true", inside)).toMatch(/^do \$offshoot3\$\n.*\n\$offshoot3\$$/s);
});
