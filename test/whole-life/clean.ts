import { MARK } from "../support/processes.ts";
import { type Ended, startActor } from "./actor.ts";
import { argsOf, environmentOf } from "./invocation.ts";
import { labelOf } from "./outcome.ts";
import type { ActorPlan, Schedule } from "./plans.ts";
import type { Checkout } from "./project.ts";
import type { Venue } from "./venues/venue.ts";

export interface CleanRequest {
  readonly venue: Venue;
  readonly checkouts: readonly Checkout[];
  readonly journal: string;
  readonly mark: string;
}

/**
 * Deletes what the jobs left, as people do: with `down` for each run, or with a sweep after the expiry. The first run does it
 * twice. By then the providers can be reached again.
 */
export async function clean(schedule: Schedule, request: CleanRequest): Promise<readonly Ended[]> {
  const kind = schedule.aftermath === "down" ? "down" : "sweep";
  if (kind === "sweep")
    await Promise.all(
      [...new Set(request.checkouts.map(({ repository }) => repository))].map((repository) => request.venue.expire(repository)),
    );
  const cleaned = await Promise.all(
    request.checkouts.map(async (checkout, index) => {
      const plan: ActorPlan = { kind, run: index, startAtMs: 0, workS: 0, status: 0 };
      const facts = { journal: request.journal, label: labelOf(index) };
      const env = { ...environmentOf({ ...schedule, special: "nothing" }, request.venue, checkout, facts), [MARK]: request.mark };
      const once = (time: string): Promise<Ended> =>
        startActor({
          name: `${time}-${kind}-of-${labelOf(index)}`,
          plan,
          args: argsOf(plan),
          cwd: checkout.folder,
          env,
          mark: request.mark,
        }).ended;
      const first = await once("first");
      return index === 0 ? [first, await once("second")] : [first];
    }),
  );
  return cleaned.flat();
}
