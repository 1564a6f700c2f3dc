import type { CommandPlan } from "../plans.ts";

const SESSION = new URL("session.mjs", import.meta.url).pathname;
const SCRIPT = new URL("short-sessions.sh", import.meta.url).pathname;

export interface CommandRequest {
  readonly plan: CommandPlan;
  readonly run: string;
  readonly version: 1 | 2;
  /** Label of its containers. */
  readonly label: string;
  /** The image for containers. Undefined: this machine has no engine. */
  readonly image: string | undefined;
}

/** The migration command of a schedule, with its arguments. */
export function commandOf({ plan, run, version, label, image }: CommandRequest): readonly string[] {
  const { shape, workMs, end, detaches, ignoresTerm, forks, ownName } = plan;
  if (shape === "session") return [process.execPath, SESSION, JSON.stringify(plan), run, String(version)];
  const args = [run, version, workMs, end, detaches, ignoresTerm, forks, ownName].map(String);
  if (shape === "short-sessions") return ["bash", SCRIPT, ...args];
  if (image === undefined) throw new Error("A schedule with containers needs an engine.");
  const mount = `${SCRIPT}:/migrate.sh:ro`;
  return [
    "docker",
    "run",
    "--rm",
    "--network",
    "host",
    "--label",
    label,
    "--env",
    "DATABASE_URL",
    "--env",
    "PGAPPNAME",
    "--volume",
    mount,
    image,
    "bash",
    "/migrate.sh",
    ...args,
  ];
}
