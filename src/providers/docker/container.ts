import { createHash } from "node:crypto";
import { type OwnerTag, tagToRecord } from "../../identity/owner-tag.ts";
import { serverSettings } from "../local/cluster/settings.ts";
import type { Reach } from "./endpoint.ts";
import type { Image } from "./image.ts";

/** Which container we mean: one per user and image on an engine. */
export interface Identity {
  readonly name: string;
  /** Stands for the user; on every container of theirs as a label. */
  readonly owner: string;
  readonly image: string;
}

/** Label that carries the owner. */
export const OWNER_LABEL = "offshoot-owner";

/** What the names of all our containers start with. */
export const CONTAINER_PREFIX = "offshoot-";

/** The image where none was chosen: the newest major that Neon gives a new project, unless another is wanted. */
export const DEFAULT_MAJOR = 17;

/**
 * Name and owner of the container. `user` is what tells users of one machine apart; how the port is reached counts too,
 * since a container that is bound to another address is of no use from here.
 */
export function identityOf(user: string, image: string, reach: Reach): Identity {
  const owner = digest(`${user}\n${reach.bind ?? ""}`, 8);
  const readable = image
    .replace(/^.*\//, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(0, 30);
  // The hash tells images apart whose last parts are the same.
  const hash = /^postgres:\d+$/.test(image) ? owner : `${digest(image, 4)}-${owner}`;
  return { name: `${CONTAINER_PREFIX}${readable}-${hash}`, owner, image };
}

function digest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

export interface RunRequest {
  readonly identity: Identity;
  readonly image: Image;
  /** Address to publish on; undefined for all. */
  readonly bind: string | undefined;
  /** Tag of the run that starts it. */
  readonly tag: OwnerTag | undefined;
}

/** Arguments that start the container. The password comes in the environment: only its name stands here. */
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
    // Parallel queries share memory there, and the usual 64 MB are soon used up.
    "--shm-size=256m",
    "--env=POSTGRES_PASSWORD",
    "--env=POSTGRES_USER=postgres",
    "--env=POSTGRES_DB=postgres",
    `--env=POSTGRES_INITDB_ARGS=${initdbArguments(image.major).join(" ")}`,
    identity.image,
    ...Object.entries(settings(image.major)).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
}

/** The same order and case rules as the embedded provider has, whatever the image is set to. */
function initdbArguments(major: number | undefined): readonly string[] {
  if (major === undefined) return ["--no-sync"];
  const checksums = major >= 18 ? ["--no-data-checksums"] : [];
  // The builtin provider came with PostgreSQL 17.
  const locale = major >= 17 ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : ["--locale=C.UTF-8"];
  return ["--no-sync", "--encoding=UTF8", ...locale, ...checksums];
}

/** An image of which we know nothing may need its own settings: it only loses what a disk's safety costs. */
function settings(major: number | undefined): Readonly<Record<string, string>> {
  if (major === undefined) return { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  // The image decides where it listens inside of its container, and its entry point needs its socket.
  const { listen_addresses: _, unix_socket_directories: __, ...rest } = serverSettings(major);
  return rest;
}
