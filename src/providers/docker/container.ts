import { createHash } from "node:crypto";
import { type OwnerTag, tagToRecord } from "../../identity/owner-tag.ts";
import { checksumFlags, localeFlags, serverSettings } from "../local/cluster/settings.ts";
import type { Reach } from "./endpoint.ts";
import type { Engine } from "./engine.ts";
import type { Image } from "./image.ts";

/** The container to use. A user has one for each image on an engine. */
export interface Identity {
  readonly name: string;
  /** Identifies the user. All containers of the user have it as a label. */
  readonly owner: string;
  readonly image: string;
}

/** An engine, how its ports are reached, and the container to use on it. */
export interface Target {
  readonly engine: Engine;
  readonly reach: Reach;
  readonly identity: Identity;
}

/** Name of the label that contains the owner. */
export const OWNER_LABEL = "offshoot-owner";

/** Prefix of the names of all labels of offshoot. */
export const LABEL_PREFIX = "offshoot-";

/** Prefix of the names of all containers of offshoot. */
export const CONTAINER_PREFIX = "offshoot-";

/** The major version when neither an image nor a major is set. Neon gives it to new projects too. */
export const DEFAULT_MAJOR = 17;

/**
 * Name and owner of the container. `user` differs between the users of a machine. The bound address is part of the owner,
 * because a container that is bound to another address cannot be reached from here.
 */
export function identityOf(user: string, image: string, reach: Reach): Identity {
  const owner = digest(`${user}\n${reach.bind ?? ""}`, 8);
  const readable = image
    .replace(/^.*\//, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(0, 30);
  // Images of two registries can have the same last part. The hash of the whole name makes them different.
  const hash = /^postgres:\d+$/.test(image) ? owner : `${digest(image, 4)}-${owner}`;
  return { name: `${CONTAINER_PREFIX}${readable}-${hash}`, owner, image };
}

/** Whether `identityOf` gives this name to a container of this owner. */
export function isNameOf(owner: string, name: string): boolean {
  return name.startsWith(CONTAINER_PREFIX) && name.endsWith(`-${owner}`);
}

function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

export interface RunRequest {
  readonly identity: Identity;
  readonly image: Image;
  /** Address to bind the port to. Undefined: all addresses. */
  readonly bind: string | undefined;
  /** Tag of the run that starts the container. */
  readonly tag: OwnerTag | undefined;
}

/** Arguments that start the container. They contain only the name of the password's variable; its value is in the environment. */
export function runArguments({ identity, image, bind, tag }: RunRequest): string[] {
  const labels = { ...(tag === undefined ? {} : tagToRecord({ ...tag, expires: undefined })), [OWNER_LABEL]: identity.owner };
  const publish = bind === undefined ? "5432" : `${bind.includes(":") ? `[${bind}]` : bind}::5432`;
  return [
    "run",
    "--detach",
    `--name=${identity.name}`,
    ...Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`),
    `--publish=${publish}`,
    ...image.folders.map((folder) => `--tmpfs=${folder}`),
    // Parallel queries share memory there. The default of 64 MB is too small for them.
    "--shm-size=256m",
    // `podman rm --force` sends it and waits ten seconds. At SIGTERM, Postgres waits for its sessions, at SIGINT it ends them
    // (PostgreSQL documentation, "Shutting Down the Server").
    "--stop-signal=SIGINT",
    "--env=POSTGRES_PASSWORD",
    "--env=POSTGRES_USER=postgres",
    "--env=POSTGRES_DB=postgres",
    `--env=POSTGRES_INITDB_ARGS=${initdbArguments(image.major).join(" ")}`,
    identity.image,
    ...Object.entries(settings(image.major)).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
}

/** Gives the same sort order and case rules as the embedded provider, independent of the image's locale. */
function initdbArguments(major: number | undefined): readonly string[] {
  if (major === undefined) return ["--no-sync"];
  const [locale] = localeFlags(major);
  return ["--no-sync", "--encoding=UTF8", ...locale, ...checksumFlags(major)];
}

/** An image of an unknown major may need its own settings, so only durability is switched off. */
function settings(major: number | undefined): Readonly<Record<string, string>> {
  if (major === undefined) return { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  // The image sets where its server listens inside the container, and its entry point needs its socket.
  const { listen_addresses: _, unix_socket_directories: __, ...rest } = serverSettings(major);
  return rest;
}
