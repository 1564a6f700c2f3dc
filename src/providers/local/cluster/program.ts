import type { Env } from "../../../environment.ts";
import type { Account } from "./account.ts";

/** A Postgres that was found; whether it works shows when it is tried. */
export interface Found {
  readonly major: number;
  /** Folder of `initdb`, `postgres` and `pg_ctl`. */
  readonly bin: string;
  /** Set for the npm package: its folder, which may need repair, and its version. */
  readonly packaged?: { readonly folder: string; readonly version: string };
}

/** Where to look. */
export interface Places {
  readonly env: Env;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Folders from which npm packages are looked for, like the project's and our own. */
  readonly roots: readonly string[];
}

/** Path of a program; Windows wants the ending. */
export function executable(bin: string, name: "initdb" | "postgres" | "pg_ctl"): string {
  return process.platform === "win32" ? `${bin}\\${name}.exe` : `${bin}/${name}`;
}

/** Spawn options for the server's user. */
export function idsOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}
