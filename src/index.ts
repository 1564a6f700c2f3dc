export { audit, type AuditOptions, type AuditFinding, type AuditResult } from "./commands/audit.ts";
export { renderFindings, type ReportedResult, type ReportFormat, type ReportOptions } from "./commands/render-findings.ts";
export { clone, type CloneRunOptions, dropClone, type DropCloneOptions } from "./commands/clone.ts";
export { listClones, type ListedClone } from "./commands/list-clones.ts";
export { checkMetrics, type CheckMetricsOptions, type WantedMetric } from "./commands/check-metrics.ts";
export { checkWorker, type CheckWorkerOptions } from "./commands/check-worker.ts";
export { checkWorkflow, type CheckWorkflowOptions } from "./commands/check-workflow.ts";
export type { CheckFinding } from "./check/finding.ts";
export type { CheckResult } from "./commands/check-result.ts";
export { consolePage } from "./commands/console-page.ts";
export type { CommonOptions } from "./context/context.ts";
export { diff, type DiffOptions, type PropertyChange, type SchemaChange, type SchemaDiff } from "./commands/diff.ts";
export { doctor, type Diagnosis, type DoctorOptions } from "./commands/doctor.ts";
export { down, type DownOptions, type DownResult } from "./commands/down.ts";
export { type Change, drift, type Drift, type DriftOptions } from "./commands/drift.ts";
export type { Repair, RepairOptions } from "./commands/drift/repair.ts";
export { env, type EnvOptions } from "./commands/env.ts";
export { type ErrorCode, EXIT, isOffshootError, OffshootError } from "./errors.ts";
export type { Event, Listener } from "./events.ts";
export { extend, type ExtendOptions } from "./commands/extend.ts";
export { init, type InitOptions, type InitResult, type PlannedFile } from "./commands/init.ts";
export { initHooks, type InitHooksOptions } from "./commands/init-hooks.ts";
export { list, type ListOptions } from "./commands/list.ts";
export { type Leadership, migrate, type MigrateOptions, type Migrated } from "./commands/migrate.ts";
export type { Clone, CloneOptions, Database, Listed, ProviderName, Refusal } from "./providers/provider.ts";
export { reset, type ResetOptions, type ResetResult } from "./commands/reset.ts";
export { proposeTraffic, type ProposedTraffic, type ProposeTrafficOptions } from "./commands/propose-traffic.ts";
export { rehearse, type Rehearsal, type RehearsedCopy, type RehearseOptions } from "./commands/rehearse.ts";
export { psql, type PsqlOptions } from "./commands/psql.ts";
export { writeEnv, type WriteEnvOptions, type WrittenEnv } from "./commands/write-env.ts";
export { restore, type RestoreOptions, type RestoreResult } from "./commands/restore.ts";
export { deleteSnapshot, listSnapshots, snapshot, type SnapshotOptions, type StoredSnapshot } from "./commands/snapshot.ts";
export {
  rollbackCheck,
  type RollbackCheckOptions,
  type RollbackCheckResult,
  type RowsLost,
  type Step,
  type Verdict,
} from "./commands/rollback-check.ts";
export { run, type KeptReason, type RunOptions, type RunResult } from "./commands/run.ts";
export { status, type Status, type StatusOptions, watchStatus } from "./commands/status.ts";
export { type Failed, type Planned, type Reason, sweep, type SweepOptions, type SweepResult } from "./commands/sweep.ts";
export { up, type UpOptions, type UpResult } from "./commands/up.ts";
export type { DatabaseVariables } from "./providers/variables.ts";
export { wait, type WaitOptions } from "./commands/wait.ts";
export { writeAuditBaseline, type WriteBaselineOptions, type WrittenBaseline } from "./commands/write-audit-baseline.ts";
export { writeAuditSpec, type WriteSpecOptions, type WrittenSpec } from "./commands/write-audit-spec.ts";
