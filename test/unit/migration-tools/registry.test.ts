import { expect, test } from "vitest";
import { TOOL_CHOICES } from "../../../src/config/settings.ts";
import { TOOLS } from "../../../src/migration-tools/registry.ts";

test("migrations.tool accepts the name of every supported tool, and none", () => {
  expect([...TOOL_CHOICES].toSorted()).toEqual([...TOOLS.map(({ name }) => name), "none"].toSorted());
});
