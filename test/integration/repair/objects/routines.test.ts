import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

const plain = "create aggregate total(integer) (sfunc = int4pl, stype = integer, initcond = '0')";

describe("an aggregate", { timeout: 60_000 }, () => {
  test.each([
    [
      "with a moving state",
      "total(integer) (sfunc = int4pl, stype = integer, initcond = '0', msfunc = int4pl, minvfunc = int4mi, mstype = integer, minitcond = '0')",
    ],
    ["whose state has a size", "total(integer) (sfunc = int4pl, stype = integer, initcond = '0', sspace = 64)"],
    [
      "whose state is sent between workers",
      "total(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg, combinefunc = numeric_avg_combine, serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize, parallel = safe)",
    ],
    [
      "whose last step writes",
      "total(integer) (sfunc = int4pl, stype = integer, initcond = '0', finalfunc = int4abs, finalfunc_modify = read_write)",
    ],
    ["of every row", "total(*) (sfunc = int8inc, stype = bigint, initcond = '0')"],
    ["of many values, with a name", 'total(variadic "all" integer[]) (sfunc = array_cat, stype = integer[])'],
  ])("%s is reported apart, and made whole", async (_, aggregate) => {
    const { verdict, ask } = await repaired(`create aggregate ${aggregate}`, plain);
    expect(verdict).toEqual(CONVERGED);
    expect(
      await ask(
        "select aggserialfn <> 0 or aggmtransfn <> 0 or aggtransspace > 0 or aggfinalmodify = 'w' or aggtransfn <> 'int4pl'::regproc as whole from pg_aggregate where aggfnoid >= 16384",
      ),
    ).toEqual([{ whole: true }]);
  });
});
