import type { Path, RowOf } from "./fields.ts";
import type { KindValues } from "./kinds.ts";
import type { Entry } from "./layer.ts";

/** A setting's type: what its kind holds, and undefined where the table gives no default. */
export type ValueOf<P extends Path> =
  RowOf<P> extends { readonly default: string } ? KindValues[RowOf<P>["kind"]] : KindValues[RowOf<P>["kind"]] | undefined;

/** The winning entry of each setting that has one. */
export type Winners = ReadonlyMap<Path, Entry>;

/** The value of a setting, typed by the table. */
export function valueOf<P extends Path>(winners: Winners, path: P): ValueOf<P> {
  return winners.get(path)?.value as ValueOf<P>;
}
