import { mustEndProcesses } from "../plans.ts";
import { begins, nameOf, type Outcome, timeOf } from "./outcome.ts";

/** Two commands never overlap: an earlier one writes nothing after a later one began. */
export function overlaps({ traces }: Outcome): readonly string[] {
  const all = begins(traces);
  return all.flatMap((begin, place) => {
    const earlier = new Set(all.slice(0, place).map(({ token }) => token));
    const late = traces.filter((trace) => earlier.has(trace.token) && trace.after > begin.before);
    const [first, last] = [late[0], late.at(-1)];
    if (first === undefined || last === undefined) return [];
    const forS = ((last.after.getTime() - begin.before.getTime()) / 1000).toFixed(1);
    return [
      `commands overlap for ${forS} s: ${nameOf(first)} wrote "${first.step}" at ${timeOf(first.after)}, after ${nameOf(begin)} began at ${timeOf(begin.before)}`,
    ];
  });
}

/** The command and the sessions of a replaced leader have ended before the next command begins, as the next command sees. */
export function witnessed({ schedule, traces }: Outcome): readonly string[] {
  return begins(traces).flatMap((begin) => {
    const { sessions = [], processes = [] } = begin.seen ?? {};
    const found = [...sessions, ...(mustEndProcesses(schedule) ? processes : [])];
    return found.length === 0 ? [] : [`${nameOf(begin)} began beside ${JSON.stringify(found)}`];
  });
}

/** After "ready" nothing that belongs to a command writes any more, also not what it left running. */
export function silentAfterReady({ traces, states }: Outcome): readonly string[] {
  return states
    .filter(({ state }) => state === "ready")
    .flatMap((ready) => {
      const tokens = new Set(begins(traces).flatMap(({ epoch, token }) => (epoch <= ready.epoch ? [token] : [])));
      const late = traces.find(({ token, before }) => tokens.has(token) && before > ready.at);
      return late === undefined
        ? []
        : [`${nameOf(late)} wrote "${late.step}" at ${timeOf(late.before)}, after "ready" at ${timeOf(ready.at)}`];
    });
}
