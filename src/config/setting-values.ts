import type { LimitKey, WrittenTableLimits } from "./table-limits.ts";
import type { Path, RowOf } from "./fields.ts";
import type { WrittenStep } from "./steps.ts";
import type { WrittenRule } from "./sweep-rule.ts";
import type { Bytes, Duration } from "./written-amounts.ts";
import type { KindValues, ValueKind } from "./kind-values.ts";

/** The values that are written in another form than the checked settings have. */
interface WrittenValues {
  readonly duration: Duration;
  /** A duration, or `0s`. */
  readonly limit: Duration;
  readonly bytes: Bytes;
  /** A path or glob, or a list of them. */
  readonly list: string | readonly string[];
  readonly normalisations: Listed<KindValues["normalisations"]>;
  readonly requiredSteps: Listed<KindValues["requiredSteps"]>;
  readonly steps: readonly WrittenStep[];
  readonly sweepRules: readonly WrittenRule[];
  readonly tableLimits: Readonly<Record<string, WrittenTableLimits>>;
  readonly limitSeverities: Readonly<Partial<Record<LimitKey, "error" | "warning" | "info">>>;
}

/** A list, or its only item. */
type Listed<List extends readonly unknown[]> = List | List[number];

type Written<Kind extends ValueKind> = Kind extends keyof WrittenValues ? WrittenValues[Kind] : KindValues[Kind];

/** Settings by key path, such as `{ provider: "embedded", "neon.parent": "main", ttl: "2h" }`. An unknown key does not compile. */
export type SettingValues = { readonly [P in Path]?: Written<RowOf<P>["kind"]> | undefined };
