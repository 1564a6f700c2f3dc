import { formatElapsed } from "../../duration.ts";
import type { Bounds } from "../local/server.ts";
import type { Refusal } from "../provider.ts";
import { type Engine, FIRST_ANSWER_MS } from "./engine.ts";
import { brief, engineRefusal, imageRefusal, wrongAnswerRefusal } from "./failure.ts";
import { type ImageConfig, parseShown, SHOWN_IMAGE } from "./shown.ts";

/** What the start of a container depends on. */
export interface Image {
  readonly kind: "image";
  /** Postgres major in the image's variable `PG_MAJOR`, which official images have. */
  readonly major: number | undefined;
  /** The image's volumes, and its data directory when that is outside of them. */
  readonly folders: readonly string[];
}

/** Interval of the progress messages of a pull. */
const PROGRESS_MS = 10_000;

/** The image, `missing` when the engine does not have it, or why the engine cannot be used. */
export async function inspectImage(engine: Engine, name: string, { within }: Bounds): Promise<Image | "missing" | Refusal> {
  const shown = await engine.call(["image", "inspect", "--format", "{{json .Config}}", name], { within, answerMs: FIRST_ANSWER_MS });
  if (!shown.ok) return engineRefusal(shown.stderr) ?? "missing";
  const answer = parseShown(shown.stdout, SHOWN_IMAGE);
  return "found" in answer ? imageOf(answer.found) : wrongAnswerRefusal(answer.wrong);
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

/** Pulls the image. Returns undefined when it has it, or why it is not available. */
export async function pullImage(engine: Engine, name: string, isChosen: boolean, { within, emit }: Bounds): Promise<Refusal | undefined> {
  const start = performance.now();
  const note = (text: string): void => emit({ kind: "note", isPassing: true, text });
  note(`Pulling the image ${name}.`);
  const progress = setInterval(() => note(`Still pulling the image ${name} (${formatElapsed(performance.now() - start)}).`), PROGRESS_MS);
  try {
    const pulled = await engine.call(["pull", "--quiet", name], { within, answerMs: Number.MAX_SAFE_INTEGER });
    if (pulled.ok) return undefined;
    emit({ kind: "detail", text: `The output of the pull was: ${brief(pulled.stderr)}` });
    return engineRefusal(pulled.stderr) ?? imageRefusal(name, isChosen, pulled.stderr, engine.tool());
  } finally {
    clearInterval(progress);
  }
}
