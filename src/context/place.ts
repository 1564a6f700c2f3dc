import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { POSTGRES_MAJORS, type PostgresMajor } from "../config/settings.ts";
import { deadline } from "../deadline.ts";
import { cacheFolder } from "../process/cache-folder.ts";
import type { Database, ProviderName } from "../providers/provider.ts";
import { readText } from "../read-file.ts";
import type { Context } from "./context.ts";

/** The server on which this machine has a run's database. */
export interface Place {
  readonly provider: ProviderName;
  readonly major: PostgresMajor;
}

const PROVIDERS: readonly ProviderName[] = ["neon", "docker", "embedded", "existing"];

/** What a command needs to know of its context. */
type Of = Pick<Context, "env" | "name" | "settings">;

interface Entry extends Place {
  readonly name: string;
  /** The settings that led to this place. With the same settings a command looks there anyway. */
  readonly wanted: string;
}

/** A record without its database is of no use. This is longer than a local database is kept. */
const OLD_MS = 14 * 24 * 60 * 60 * 1000;
const MOST_FILES = 1000;
const MOST_BYTES = 4096;
/** A command that waits longer says so. */
const NOTE_MS = 3000;

/** Where an earlier command of this machine has created the run's database, which may be deleted by now. */
export interface RecordedPlace {
  readonly place: Place;
  /** Whether that command had the same settings (`--postgres`, `--provider`). */
  readonly isSameWish: boolean;
}

/** Undefined when nothing is recorded. */
export async function recordedPlace(context: Of): Promise<RecordedPlace | undefined> {
  const path = pathOf(context);
  const text = path === undefined ? undefined : await readText(path, MOST_BYTES).catch(() => undefined);
  const entry = text === undefined ? undefined : parse(text);
  if (entry === undefined || entry.name !== context.name) return undefined;
  return { place: { provider: entry.provider, major: entry.major }, isSameWish: entry.wanted === wantedBy(context) };
}

/**
 * Runs `work`, which creates the run's database and records its place, in only one process of this machine at a time. The
 * others wait, because commands with other settings would create a second database on another server. They end with the
 * result of `alternative` as soon as it has one.
 */
export async function asFirst<T>(
  context: Of & Pick<Context, "signal" | "emit">,
  { work, alternative }: { readonly work: () => Promise<T>; readonly alternative: () => Promise<T | undefined> },
): Promise<T> {
  const path = pathOf(context);
  if (path === undefined) return work();
  try {
    await mkdir(join(path, ".."), { recursive: true });
  } catch {
    // Without a folder there is no record either.
    return work();
  }
  const { withLockFile } = await import("../providers/local/cluster/lockfile.ts");
  const { settings, signal, emit } = context;
  // The first command can also migrate a base.
  const withinMs = settings.timeouts.acquireMs + (settings.base === true ? settings.timeouts.migrateMs : 0);
  const within = deadline("waiting for another command of this run that creates its database", withinMs, signal);
  const note = setTimeout(() => emit({ kind: "note", text: "Another command of this run creates its database. Waiting for it." }), NOTE_MS);
  return withLockFile(`${path}.lock`, within, {
    work: () => {
      clearTimeout(note);
      return work();
    },
    alternative,
  }).finally(() => clearTimeout(note));
}

/** Records where the database of the run is. A failure has no effect on this command: later ones then follow their settings. */
export async function recordPlace(context: Of, { provider, postgresMajor: major, name }: Database): Promise<void> {
  const path = pathOf(context);
  if (path === undefined) return;
  const entry = { name, provider, major, wanted: wantedBy(context) };
  if (!isEntry(entry)) return;
  const own = `${path}.${randomUUID()}`;
  try {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(own, JSON.stringify(entry), { flag: "wx", mode: 0o600 });
    await rename(own, path);
    await removeOld(join(path, ".."));
  } catch {
    await rm(own, { force: true }).catch(() => {});
  }
}

/** Called when the database was deleted. */
export async function forgetPlace(context: Of): Promise<void> {
  const path = pathOf(context);
  if (path !== undefined) await rm(path, { force: true }).catch(() => {});
}

function pathOf({ env, name }: Of): string | undefined {
  const home = env["OFFSHOOT_HOME"];
  const folder = home?.startsWith("/") === true ? home : cacheFolder(env, process.getuid?.());
  return folder && join(folder, "places", `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`);
}

function wantedBy({ settings }: Of): string {
  return `${settings.provider.join(",")} ${settings.postgres ?? "newest"}`;
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
  const { name, provider, major, wanted } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isKnown = PROVIDERS.some((each) => each === provider) && POSTGRES_MAJORS.some((each) => each === major);
  return isKnown && typeof name === "string" && typeof wanted === "string";
}

async function removeOld(folder: string): Promise<void> {
  for (const file of (await readdir(folder)).slice(0, MOST_FILES)) {
    const path = join(folder, file);
    if (Date.now() - (await stat(path)).mtimeMs > OLD_MS) await rm(path, { force: true });
  }
}
