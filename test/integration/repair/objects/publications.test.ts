import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

const schema = (words: string, root: string): string => `create table t (id integer primary key) partition by range (id);
  create publication p for table t${words} with (publish_via_partition_root = ${root})`;

describe("a publication", { timeout: 60_000 }, () => {
  test("does not block the drop of a column in its list", async () => {
    const { verdict } = await repaired(
      "create table t (id integer primary key, a integer); create publication p for table t (id, a)",
      "create table t (id integer primary key, a integer, b integer); create publication p for table t (id, b)",
    );
    expect(verdict).toEqual(CONVERGED);
  });

  test.each([
    ["to publish via its root, and gets a filter", " where (id > 1)", "true", "", "false"],
    ["to publish via its partitions, and loses a filter", "", "false", " where (id > 1)", "true"],
  ])("of a partitioned table changes %s", async (_, filter, viaRoot, oldFilter, oldViaRoot) => {
    const { verdict } = await repaired(schema(filter, viaRoot), schema(oldFilter, oldViaRoot));
    expect(verdict).toEqual(CONVERGED);
  });
});
