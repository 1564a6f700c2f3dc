import { formatElapsed } from "../../duration.ts";
import type { Bounds } from "../local/host.ts";
import type { Refusal } from "../provider.ts";
import type { Engine } from "./engine.ts";
import { engineRefusal, imageRefusal } from "./trouble.ts";

/** What decides how a container of the image is started. */
export interface Image {
  readonly kind: "image";
  /** Postgres major that the image says to hold; undefined where it doesn't say so the official way. */
  readonly major: number | undefined;
  /** Folders that would become volumes on disk, and the data directory where it lies outside of them. */
  readonly folders: readonly string[];
}

/** How often a pull is told to be still at work. */
const PROGRESS_MS = 10_000;

/** How long an engine may take to say what it has. */
const ANSWER_MS = 15_000;

/** The image as the engine has it, `missing`, or why the engine can't be asked. */
export async function lookAtImage(engine: Engine, name: string, { within }: Bounds): Promise<Image | "missing" | Refusal> {
  const shown = await engine.call(["image", "inspect", "--format", "{{json .Config}}", name], { within, patienceMs: ANSWER_MS });
  return shown.ok ? imageOf(JSON.parse(shown.stdout) as ImageConfig) : (engineRefusal(shown.stderr) ?? "missing");
}

/** What Docker and Podman show alike of an image. */
export interface ImageConfig {
  readonly Env?: readonly string[] | null;
  readonly Volumes?: Readonly<Record<string, unknown>> | null;
}

export function imageOf(config: ImageConfig): Image {
  const env = new Map((config.Env ?? []).map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
  const major = Number.parseInt(env.get("PG_MAJOR") ?? "", 10);
  const volumes = Object.keys(config.Volumes ?? {});
  // The official image keeps its data in /var/lib/postgresql/data, and since 18 in a folder of the volume /var/lib/postgresql.
  const data = env.get("PGDATA") ?? "/var/lib/postgresql/data";
  const isCovered = volumes.some((volume) => `${data}/`.startsWith(`${volume}/`));
  return { kind: "image", major: major > 0 ? major : undefined, folders: isCovered ? volumes : [...volumes, data] };
}

/** Pulls the image. Undefined when it is there; else why it can't be had. */
export async function pullImage(engine: Engine, name: string, isChosen: boolean, { within, emit }: Bounds): Promise<Refusal | undefined> {
  const start = performance.now();
  const tell = (text: string): void => emit({ kind: "note", text });
  tell(`Pulling the image ${name}.`);
  const progress = setInterval(() => tell(`Still pulling ${name} (${formatElapsed(performance.now() - start)}).`), PROGRESS_MS);
  try {
    const pulled = await engine.call(["pull", "--quiet", name], { within, patienceMs: Number.MAX_SAFE_INTEGER });
    return pulled.ok ? undefined : (engineRefusal(pulled.stderr) ?? imageRefusal(name, isChosen, pulled.stderr));
  } finally {
    clearInterval(progress);
  }
}
