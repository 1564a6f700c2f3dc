import { setTimeout as pause } from "node:timers/promises";
import { accessOf } from "./account/access.ts";
import { recordCall } from "./call-log.ts";
import { type Fault, faultReply, takeFault } from "./faults.ts";
import type { Neon } from "./neon.ts";
import { admit } from "./rate-limit.ts";
import { advance } from "./advance.ts";
import { type Call, isRefused, type Outcome, type Reply, refused } from "./reply.ts";
import { findRoute } from "./routes.ts";

/** Answers one call: injects a fault, checks the rate limit and the key, and does the work. Both servers call it. */
export async function answer(neon: Neon, call: Call): Promise<Outcome> {
  const found = findRoute(call.method, call.path);
  const route = found?.route ?? call.path;
  const requestId = call.headers["x-request-id"] ?? neon.ids.uuid();
  const fault = takeFault(neon.faults, call, route);
  if (fault?.delayMs !== undefined) await pause(fault.delayMs);
  const work = async (): Promise<Reply> => {
    advance(neon);
    accessOf(neon, call);
    if (found === undefined) throw refused(404, "Neon documents no such route");
    return found.handler(neon, call, found.params);
  };
  const skipped = fault?.drop === "before" || (fault?.status !== undefined && fault.worked !== true);
  const waitMs = skipped ? undefined : admit(neon.rate, neon.clock, `${call.method} ${route}`);
  const worked = skipped ? undefined : await (waitMs === undefined ? attempt(neon, work, requestId) : tooMany(neon, waitMs, requestId));
  if (worked !== undefined) neon.violations.push(...(neon.check?.(call.method, route, worked) ?? []));
  if (fault?.replyDelayMs !== undefined) await pause(fault.replyDelayMs);
  const outcome = outcomeOf(neon, fault, worked, requestId);
  recordCall(neon.calls, {
    at: new Date(neon.clock.now()).toISOString(),
    method: call.method,
    route,
    path: call.path,
    status: outcome === "dropped" ? outcome : outcome.status,
    worked: worked?.status,
    requestId,
  });
  if (outcome === "dropped") return outcome;
  return { ...outcome, headers: { date: new Date(neon.clock.now()).toUTCString(), ...outcome.headers } };
}

async function attempt(neon: Neon, work: () => Promise<Reply>, requestId: string): Promise<Reply> {
  try {
    const reply = await work();
    return { ...reply, headers: { "x-neon-ret-request-id": requestId, ...reply.headers } };
  } catch (thrown) {
    if (!isRefused(thrown)) throw thrown;
    return {
      status: thrown.status,
      headers: retryAfter(neon, thrown.status, 1_000),
      body: errorBody(thrown.message, thrown.code, requestId),
    };
  }
}

function tooMany(neon: Neon, waitMs: number, requestId: string): Reply {
  return { status: 429, headers: retryAfter(neon, 429, waitMs), body: errorBody("too many requests", "", requestId) };
}

function outcomeOf(neon: Neon, fault: Fault | undefined, worked: Reply | undefined, requestId: string): Outcome {
  if (fault?.drop !== undefined) return "dropped";
  if (worked !== undefined && fault?.status === undefined) return worked;
  const status = fault?.status ?? 500;
  const reply = faultReply(fault ?? {}, status, requestId);
  return { ...reply, headers: { ...retryAfter(neon, status, 1_000), ...reply.headers } };
}

function errorBody(message: string, code: string, requestId: string): object {
  return { request_id: requestId, code, message };
}

function retryAfter(neon: Neon, status: number, waitMs: number): Readonly<Record<string, string>> {
  const form = neon.switches.retryAfter;
  if (form === "none" || (status !== 429 && status !== 503)) return {};
  return { "retry-after": form === "seconds" ? String(Math.ceil(waitMs / 1000)) : new Date(neon.clock.now() + waitMs).toUTCString() };
}
