import type { MaskingRule } from "../masking-rule.ts";
import type {
  NeonSslMode,
  NORMALISATION_CHOICES,
  OutboundMode,
  PostgresMajor,
  ProviderChoice,
  RequiredStep,
  StepSettings,
  SweepRule,
  ToolChoice,
} from "./settings.ts";
import type { LimitKey, TableLimits } from "./table-limits.ts";

/** The type of a checked value, for each kind of value. */
export interface KindValues {
  readonly provider: "auto" | ProviderChoice | readonly ProviderChoice[];
  readonly scope: "run" | "pull-request";
  readonly severity: "error" | "warning" | "info";
  readonly neonSslMode: NeonSslMode;
  readonly fence: "auto" | "require" | "off";
  readonly outbound: OutboundMode;
  readonly tool: ToolChoice;
  readonly duration: number;
  readonly major: PostgresMajor;
  readonly boolean: boolean;
  readonly size: number;
  readonly count: number;
  readonly bytes: number;
  readonly text: string;
  readonly command: string;
  readonly path: string;
  readonly image: string;
  readonly moment: string;
  readonly apiUrl: string;
  readonly databaseName: string;
  readonly postgresUrl: string;
  readonly list: readonly string[];
  readonly normalisations: readonly (typeof NORMALISATION_CHOICES)[number][];
  readonly requiredSteps: readonly RequiredStep[];
  readonly variables: Readonly<Record<string, string>>;
  readonly sweepRules: readonly SweepRule[];
  readonly maskingRules: readonly MaskingRule[];
  readonly steps: readonly StepSettings[];
  readonly limit: number;
  readonly limitSeverities: Readonly<Partial<Record<LimitKey, "error" | "warning" | "info">>>;
  readonly tableLimits: Readonly<Record<string, TableLimits>>;
}

export type ValueKind = keyof KindValues;
