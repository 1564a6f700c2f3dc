import { createHash, randomUUID } from "node:crypto";
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { POSTGRES_MAJORS, type PostgresMajor } from "../config/settings.ts";
import { makeFolders } from "../make-folders.ts";
import { recordFolder } from "../process/cache-folder.ts";
import type { Database, ProviderName } from "../providers/provider.ts";
import { readText } from "../read-file.ts";
import type { Context } from "./context.ts";

/** The server on which this machine has a run's database. */
export interface Place {
  readonly provider: ProviderName;
  readonly major: PostgresMajor;
  /** The image of the container, if the settings named one. */
  readonly image?: string | undefined;
}

const PROVIDERS: readonly ProviderName[] = ["neon", "docker", "embedded", "existing"];

/** What a command needs to know of its context. */
export type Of = Pick<Context, "env" | "name" | "settings">;

/** A provider that refused when the database was created elsewhere. */
export interface RecordedRefusal {
  readonly provider: ProviderName;
  readonly code: string;
  readonly text: string;
}

interface Entry extends Place {
  readonly name: string;
  /** Why the providers before this one were not used. */
  readonly refusals?: readonly RecordedRefusal[] | undefined;
  /** The settings that led to this place. With the same settings a command looks there anyway. */
  readonly wanted: string;
}

/** A record without its database is of no use. This is longer than a local database is kept. */
const OLD_MS = 14 * 24 * 60 * 60 * 1000;
const MOST_FILES = 1000;
/** Without a mode, the folder would be open to every user where the umask is 000, as in some CI services. */
export const FOLDER_MODE = 0o755;
const MOST_BYTES = 4096;
const MOST_CHARACTERS = 400;

/** Where an earlier command of this machine has created the run's database, which may be deleted by now. */
export interface RecordedPlace {
  readonly place: Place;
  /** Whether that command had the same settings (`--postgres`, `--provider`, `docker.image`). */
  readonly isSameWish: boolean;
  /** Why the providers before this one were not used then. */
  readonly refusals: readonly RecordedRefusal[];
}

/** Undefined when nothing is recorded. */
export async function recordedPlace(context: Of): Promise<RecordedPlace | undefined> {
  const path = placeFile(context);
  const text = path === undefined ? undefined : await readText(path, MOST_BYTES).catch(() => undefined);
  const entry = text === undefined ? undefined : parse(text);
  if (entry === undefined || entry.name !== context.name) return undefined;
  const { provider, major, image, wanted, refusals = [] } = entry;
  return { place: { provider, major, image }, isSameWish: wanted === wantedBy(context), refusals };
}

/** Whether these settings lead to a place without its record too, as those of a command that `run` started after a fallback. */
export function leadsTo({ provider, postgres, docker }: Of["settings"], place: Place): boolean {
  const isImage = place.provider !== "docker" || (docker.image ?? place.image) === place.image;
  return provider[0] === place.provider && (postgres ?? place.major) === place.major && isImage;
}

/** Records where the database of the run is. A failure has no effect on this command: later ones then follow their settings. */
export async function recordPlace(
  context: Of,
  { provider, postgresMajor: major, name }: Database,
  refused: readonly RecordedRefusal[],
): Promise<void> {
  const path = placeFile(context);
  if (path === undefined) return;
  const refusals = refused.map((each) => ({ provider: each.provider, code: each.code, text: each.text.slice(0, MOST_CHARACTERS) }));
  const { image } = context.settings.docker;
  const entry = { name, provider, major, ...(provider === "docker" ? { image } : {}), wanted: wantedBy(context), refusals };
  if (!isEntry(entry)) return;
  const own = `${path}.${randomUUID()}`;
  try {
    await makeFolders(join(path, ".."), FOLDER_MODE);
    await writeFile(own, JSON.stringify(entry), { flag: "wx", mode: 0o600 });
    await rename(own, path);
    await removeOld(join(path, ".."), (await stat(path)).mtimeMs);
  } catch {
    await rm(own, { force: true }).catch(() => {});
  }
}

/** Called when the database was deleted. */
export async function forgetPlace(context: Of): Promise<void> {
  const path = placeFile(context);
  if (path !== undefined) await rm(path, { force: true }).catch(() => {});
}

/** The file of the record. Undefined when this user has no folder for it. */
export function placeFile({ env, name }: Of): string | undefined {
  const folder = recordFolder(env, process.getuid?.(), "places");
  return folder && join(folder, `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`);
}

function wantedBy({ settings }: Of): string {
  return [settings.provider.join(","), settings.postgres ?? "newest", settings.docker.image ?? ""].join(" ").trimEnd();
}

function parse(text: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  const { name, provider, major, image, wanted, refusals = [] } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isKnown = PROVIDERS.some((each) => each === provider) && POSTGRES_MAJORS.some((each) => each === major);
  const isImage = image === undefined || typeof image === "string";
  return (
    isKnown && isImage && typeof name === "string" && typeof wanted === "string" && Array.isArray(refusals) && refusals.every(isRefusal)
  );
}

function isRefusal(value: unknown): value is RecordedRefusal {
  const { provider, code, text } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return PROVIDERS.some((each) => each === provider) && typeof code === "string" && typeof text === "string";
}

/** `now` is the time of a file that was just written: the clock of this process can be wrong for a moment, or by hand. */
async function removeOld(folder: string, now: number): Promise<void> {
  for (const file of (await readdir(folder)).slice(0, MOST_FILES)) {
    const path = join(folder, file);
    if (now - (await stat(path)).mtimeMs > OLD_MS) await rm(path, { force: true });
  }
}
