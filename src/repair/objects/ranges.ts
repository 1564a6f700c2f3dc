import type { Catalog } from "../../catalog/catalog.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair } from "../repair-context.ts";
import { alterType, createType, dropType, typeMatches } from "./datatypes.ts";

export const ranges: ObjectRepair = {
  create: createType("ranges", (range: Catalog["ranges"][number]) => {
    const options = [
      `subtype = ${range.subtype}`,
      `subtype_opclass = ${range.operatorClass}`,
      range.collation === undefined ? "" : `collation = ${range.collation}`,
      range.canonical === undefined ? "" : `canonical = ${range.canonical}`,
      range.difference === undefined ? "" : `subtype_diff = ${range.difference}`,
      range.multirange === undefined ? "" : `multirange_type_name = ${range.multirange}`,
    ];
    return `create type ${range.id} as range (${options.filter((part) => part !== "").join(", ")})`;
  }),
  drop: (id, context) => dropType("ranges", id, context),
  isUnchanged(id, _differences, { actual }) {
    const { subtype, operatorClass, collation, canonical, difference, multirange } = actual.get("ranges", id);
    return typeMatches(
      id,
      `exists (select from pg_catalog.pg_range where rngtypid = t.oid and pg_catalog.format_type(rngsubtype, null) = ${literal(subtype)}
      and exists (select from pg_catalog.pg_opclass o join pg_catalog.pg_namespace n on n.oid = o.opcnamespace
        where o.oid = rngsubopc and pg_catalog.format('%I.%I', n.nspname, o.opcname) = ${literal(operatorClass)})
      and rngcollation = ${collation === undefined ? "0" : `pg_catalog.to_regcollation(${literal(collation)})`}
      and ${called("rngsubdiff", difference)} and ${called("rngcanonical", canonical)}${multirange === undefined ? "" : ` and rngmultitypid = pg_catalog.to_regtype(${literal(multirange)})`})`,
    );
  },
  alter: alterType("ranges", () => "recreate"),
};

function called(column: string, name: string | undefined): string {
  return `${column}::oid ${name === undefined ? "= 0" : `= pg_catalog.to_regproc(${literal(name)})`}`;
}
