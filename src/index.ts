export { audit, type AuditOptions, type AuditResult, type Finding } from "./audit.ts";
export { renderFindings, type ReportFormat, type ReportOptions } from "./findings.ts";
export { checkMetrics, type CheckMetricsOptions, type WantedMetric } from "./check-metrics.ts";
export { checkWorker, type CheckWorkerOptions } from "./check-worker.ts";
export { checkWorkflow, type CheckWorkflowOptions } from "./check-workflow.ts";
export type { CheckFinding } from "./check/finding.ts";
export type { CheckResult } from "./check/report.ts";
export type { CommonOptions } from "./steps/context.ts";
export { doctor, type Diagnosis, type DoctorOptions } from "./doctor.ts";
export { down, type DownOptions, type DownResult } from "./down.ts";
export { type Change, drift, type Drift, type DriftOptions } from "./drift.ts";
export type { Repair, RepairOptions } from "./steps/drift/repair.ts";
export { env, type EnvOptions } from "./env.ts";
export { type ErrorCode, EXIT, isOffshootError, OffshootError } from "./errors.ts";
export type { Event, Report } from "./events.ts";
export { extend, type ExtendOptions } from "./extend.ts";
export { init, type InitOptions, type InitResult, type PlannedFile } from "./init.ts";
export { list, type ListOptions } from "./list.ts";
export { type Leadership, migrate, type MigrateOptions, type Migrated } from "./migrate.ts";
export type { Database, Listed, ProviderName, Refusal } from "./providers/provider.ts";
export {
  rollbackCheck,
  type RollbackCheckOptions,
  type RollbackCheckResult,
  type RowsLost,
  type Step,
  type Verdict,
} from "./rollback-check.ts";
export { run, type Left, type RunOptions, type RunResult } from "./run.ts";
export { status, type Status, type StatusOptions, watchStatus } from "./status.ts";
export { type Failed, type Planned, type Reason, sweep, type SweepOptions, type SweepResult } from "./sweep.ts";
export { up, type UpOptions, type UpResult } from "./up.ts";
export type { DatabaseVariables } from "./steps/variables.ts";
export { wait, type WaitOptions } from "./wait.ts";
export { writeAuditSpec, type WriteSpecOptions, type WrittenSpec } from "./write-spec.ts";
