import { type Json, timestamp } from "../json.ts";
import type { Neon } from "../neon.ts";
import { type Call, type Reply, refused } from "../reply.ts";
import type { Project } from "../state.ts";
import { accessOf } from "./access.ts";

const STEP_MS = { hourly: 3_600_000, daily: 86_400_000, monthly: 30 * 86_400_000 } as const;

/** The longest answer, as a bound for wrong requests. */
const MAX_STEPS = 1_000;

/** `GET /consumption_history/projects`: nothing was consumed, for as many steps as the period has. */
export function projectConsumption(neon: Neon, call: Call): Reply {
  const figures = { active_time_seconds: 0, compute_time_seconds: 0, written_data_bytes: 0, synthetic_storage_size_bytes: 0 };
  const period = readPeriod(neon, call.query, () => figures);
  return { status: 200, body: { projects: chosen(neon, call).map((project) => ({ project_id: project.id, periods: [period] })) } };
}

/** `GET /consumption_history/v2/projects`: the metrics that the caller names. */
export function projectConsumptionV2(neon: Neon, call: Call): Reply {
  const period = readPeriod(neon, call.query, metrics(call.query));
  return { status: 200, body: { projects: chosen(neon, call).map((project) => ({ project_id: project.id, periods: [period] })) } };
}

export function branchConsumption(neon: Neon, call: Call): Reply {
  const period = readPeriod(neon, call.query, metrics(call.query));
  const branches = chosen(neon, call).flatMap((project) =>
    [...project.branches.values()].map((branch) => ({ project_id: project.id, branch_id: branch.id, periods: [period] })),
  );
  return { status: 200, body: { branches } };
}

function chosen(neon: Neon, call: Call): readonly Project[] {
  const { projectId } = accessOf(neon, call);
  const ids = many(call.query, "project_ids");
  return [...neon.state.projects.values()].filter(
    (project) => (projectId === undefined || project.id === projectId) && (ids.length === 0 || ids.includes(project.id)),
  );
}

function metrics(query: URLSearchParams): () => Json {
  const names = many(query, "metrics");
  if (names.length === 0) throw refused(400, "metrics is required");
  return () => ({ metrics: names.map((metric_name) => ({ metric_name, value: 0 })) });
}

/** A list in a query, with commas or as a repeated parameter. */
function many(query: URLSearchParams, name: string): readonly string[] {
  return query.getAll(name).flatMap((value) => value.split(",").filter((each) => each !== ""));
}

function readPeriod(neon: Neon, query: URLSearchParams, figures: () => Json): Json {
  const step = STEP_MS[query.get("granularity") as keyof typeof STEP_MS];
  const [from, to] = [Date.parse(query.get("from") ?? ""), Date.parse(query.get("to") ?? "")];
  if (step === undefined || Number.isNaN(from) || Number.isNaN(to)) throw refused(400, "from, to and granularity are required");
  if (to < from || (to - from) / step > MAX_STEPS) throw refused(406, "the period is not valid for the granularity");
  const starts = Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
  return {
    period_id: "7b1e0000-0000-4000-a000-000000000001",
    period_plan: "scale",
    period_start: timestamp(from),
    period_end: timestamp(Math.min(to, neon.clock.now())),
    consumption: starts.map((start) => ({ timeframe_start: timestamp(start), timeframe_end: timestamp(start + step), ...figures() })),
  };
}
