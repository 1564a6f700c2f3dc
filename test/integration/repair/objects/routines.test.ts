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
    ["with a size of its state", "total(integer) (sfunc = int4pl, stype = integer, initcond = '0', sspace = 64)"],
    [
      "with a state that is sent between workers",
      "total(numeric) (sfunc = numeric_avg_accum, stype = internal, finalfunc = numeric_avg, combinefunc = numeric_avg_combine, serialfunc = numeric_avg_serialize, deserialfunc = numeric_avg_deserialize, parallel = safe)",
    ],
    [
      "with a final function that writes",
      "total(integer) (sfunc = int4pl, stype = integer, initcond = '0', finalfunc = int4abs, finalfunc_modify = read_write)",
    ],
    ["over all rows", "total(*) (sfunc = int8inc, stype = bigint, initcond = '0')"],
    ["with a named variadic argument", 'total(variadic "all" integer[]) (sfunc = array_cat, stype = integer[])'],
  ])("%s is found and created completely", async (_, aggregate) => {
    const { verdict, query } = await repaired(`create aggregate ${aggregate}`, plain);
    expect(verdict).toEqual(CONVERGED);
    expect(
      await query(
        "select aggserialfn <> 0 or aggmtransfn <> 0 or aggtransspace > 0 or aggfinalmodify = 'w' or aggtransfn <> 'int4pl'::regproc as whole from pg_aggregate where aggfnoid >= 16384",
      ),
    ).toEqual([{ whole: true }]);
  });
});
