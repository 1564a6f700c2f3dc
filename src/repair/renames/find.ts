import type { Catalog } from "../../catalog/catalog.ts";
import type { Change } from "../../drift/change.ts";
import type { Found } from "./rename.ts";
import { renamedAttributes, renamedColumns } from "./parts.ts";
import { isRenamedKind, namedIn, type RenamedKind, shapeOf } from "./shape.ts";
import { renameConstraint, renameMultirange, renameStatements, whileFormer } from "./statements.ts";

/**
 * The objects that were renamed: exactly one extra object is equal to exactly one missing object but for the name. If several
 * are equal, none is renamed. A renamed schema comes alone, because its objects have other names afterwards.
 */
export function findRenames(expected: Catalog, actual: Catalog, changes: readonly Change[]): Found {
  const groups = new Map<string, { readonly kind: RenamedKind; readonly missing: string[]; readonly extra: string[] }>();
  for (const { change, kind, object } of changes) {
    if (change === "different" || !isRenamedKind(kind)) continue;
    const shape = shapeOf(change === "missing" ? expected : actual, kind, object);
    if (shape === undefined) continue;
    const group = groups.get(shape) ?? { kind, missing: [], extra: [] };
    group[change].push(object);
    groups.set(shape, group);
  }
  const whole = [...groups.values()].filter(({ missing, extra }) => missing.length > 0 && extra.length > 0);
  const pairs = whole.flatMap(({ kind, missing, extra }) =>
    missing.flatMap((to) =>
      extra.map((from) => ({
        statements: renamesOf(expected, actual, kind, from, to),
        kind,
        from,
        to,
        isSure: missing.length + extra.length === 2,
      })),
    ),
  );
  const sure = pairs.flatMap(({ isSure, kind, from, to, statements }) =>
    isSure && statements.guarded.length > 0 ? [{ kind, from, to, sql: statements.guarded }] : [],
  );
  const schemas = sure.filter(({ kind }) => kind === "schema");
  if (schemas.length > 0) return { renames: schemas, possible: [] };
  const parts = [renamedColumns(expected, actual, changes), renamedAttributes(expected, actual, changes)];
  const possible = pairs.flatMap(({ isSure, statements }) => (isSure ? [] : statements.plain.slice(0, 1)));
  return {
    renames: [...sure, ...parts.flatMap(({ renames }) => renames)],
    possible: [...possible, ...parts.flatMap((part) => part.possible)].slice(0, MOST_POSSIBLE),
  };
}

/** More would hide the rest of a report. */
const MOST_POSSIBLE = 20;

interface Statements {
  readonly plain: readonly string[];
  readonly guarded: readonly string[];
}

function renamesOf(expected: Catalog, actual: Catalog, kind: RenamedKind, fromId: string, toId: string): Statements {
  const [from, to] = [namedIn(actual, kind, fromId), namedIn(expected, kind, toId)];
  const isPossible = from !== undefined && to !== undefined && (from.schema === to.schema || hasSchema(actual, to.schema));
  if (!isPossible) return { plain: [], guarded: [] };
  if (kind === "constraint") {
    const of = actual.constraints.find(({ id }) => id === fromId)?.of ?? "table";
    const plain = [renameConstraint(of, from, to)];
    return { plain, guarded: [whileFormer(kind, from, to, plain)] };
  }
  const plain = renameStatements(kind, from, to);
  const [range, wanted] = [actual.ranges.find(({ id }) => id === fromId), expected.ranges.find(({ id }) => id === toId)];
  const multirange = kind === "range" && range !== undefined && wanted !== undefined ? renameMultirange(range, wanted) : undefined;
  return { plain, guarded: [whileFormer(kind, from, to, plain), ...(multirange === undefined ? [] : [multirange])] };
}

function hasSchema({ schemas }: Catalog, name: string | undefined): boolean {
  return schemas.some((schema) => schema.name === name);
}
