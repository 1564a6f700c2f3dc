import type { Path, RowOf } from "./fields.ts";
import type { KindValues, ValueKind } from "./value-formats.ts";

/** The values that are written in another form than the checked settings have. */
interface WrittenValues {
  /** Such as `90m`, `2h` or `3d`. */
  readonly duration: string;
  /** Such as `500MB` or `2GB`. */
  readonly bytes: string;
  /** As in the file. */
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  /** As in the file. */
  readonly sweepRules: readonly Readonly<Record<string, unknown>>[];
}

type Written<Kind extends ValueKind> = Kind extends keyof WrittenValues ? WrittenValues[Kind] : KindValues[Kind];

/** Settings by key path, such as `{ provider: "embedded", "neon.parent": "main", ttl: "2h" }`. An unknown key does not compile. */
export type SettingValues = { readonly [P in Path]?: Written<RowOf<P>["kind"]> | undefined };
