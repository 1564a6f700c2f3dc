import { OffshootError } from "../../errors.ts";
import type { Bounds, Sleeper } from "../local/host.ts";
import { isScratch } from "../local/names.ts";
import type { Engine } from "./engine.ts";
import type { Container } from "./inspect.ts";
import { brief, troubleOf } from "./trouble.ts";

/** A container that was made and not started for this long has lost the process that made it. */
const STARTS_WITHIN_MS = 15_000;

/** Whether a container serves nobody and never will: it has ended, or nobody is left who would start it. */
export function isDead({ status, createdAt }: Container, now: Date = new Date()): boolean {
  if (status === "exited" || status === "dead") return true;
  return status === "created" && now.getTime() - createdAt.getTime() > STARTS_WITHIN_MS;
}

/** Whether somebody killed it, and not its Postgres itself: the signal, plus 128, is its exit status then. */
export function isKilled({ status, exitCode }: Container): boolean {
  return status === "exited" && exitCode > 128;
}

/** Whether somebody put a database without a tag of ours among ours: removing the container would take it along. */
export function holdsForeign(databases: readonly Sleeper[]): boolean {
  return databases.some(({ name, comment }) => comment === null && !isScratch(name));
}

/** Removes a container and its data. That it is gone already is as good. Throws `LEFT_BEHIND`. */
export async function remove(engine: Engine, id: string, { within }: Pick<Bounds, "within">): Promise<void> {
  const removed = await engine.call(["rm", "--force", "--volumes", id], { within });
  // "removal of container … is already in progress": another process does the same.
  if (removed.ok || troubleOf(removed.stderr) === "not-there" || /already in progress/.test(removed.stderr)) return;
  throw new OffshootError("LEFT_BEHIND", `The container ${id.slice(0, 12)} could not be removed: ${brief(removed.stderr)}`, {
    remedy: `Run \`docker rm --force --volumes ${id.slice(0, 12)}\`.`,
  });
}
