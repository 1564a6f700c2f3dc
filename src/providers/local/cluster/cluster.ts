import { join } from "node:path";

/** Where one server of one major version lives. Its state is read from these files and stored nowhere else. */
export interface Cluster {
  readonly major: number;
  /** Folder of this cluster. */
  readonly folder: string;
  /** Data directory; exists only when it is whole. */
  readonly data: string;
  /** Password of the superuser, mode 0600. */
  readonly password: string;
  readonly log: string;
  /** Held by the process that boots the server. */
  readonly lock: string;
  /** Says what a stopped server keeps. */
  readonly asleep: string;
}

const FOLDER = /^postgres-(\d+)$/;

export function clusterAt(home: string, major: number): Cluster {
  const folder = join(home, `postgres-${major}`);
  return {
    major,
    folder,
    data: join(folder, "data"),
    password: join(folder, "password"),
    log: join(folder, "log"),
    lock: join(folder, "boot.lock"),
    asleep: join(folder, "asleep.json"),
  };
}

/** The major version that a folder's name stands for. */
export function majorOfFolder(name: string): number | undefined {
  const [, major] = FOLDER.exec(name) ?? [];
  return major === undefined ? undefined : Number(major);
}
