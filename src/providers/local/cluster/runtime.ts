import type { Env } from "../../../environment.ts";
import type { Account } from "./account.ts";

/** A Postgres installation that was found. Whether its programs work is known when they are run. */
export interface Installation {
  readonly major: number;
  /** Folder of `initdb`, `postgres` and `pg_ctl`. */
  readonly bin: string;
  /** Set for the npm package: its folder, in which links may be missing, and its version. */
  readonly packaged?: { readonly folder: string; readonly version: string };
}

/** Where to search for installations. */
export interface SearchPlaces {
  readonly env: Env;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Folders from which npm packages are resolved, such as the project's folder and this package's own folder. */
  readonly roots: readonly string[];
}

/** What every start of a server needs. */
export interface Runtime {
  /** Folder of `initdb`, `postgres` and `pg_ctl`. The account can run them. */
  readonly bin: string;
  /** The user that the server runs as. Undefined: the user of this process. */
  readonly account: Account | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** The path of a program. */
export function executable(bin: string, name: "initdb" | "postgres" | "pg_ctl"): string {
  return process.platform === "win32" ? `${bin}\\${name}.exe` : `${bin}/${name}`;
}

/** The environment of the server and its tools. Nothing else is passed on, so that a server never keeps a secret of a CI job. */
export function serverEnvironment(env: Env): Record<string, string> {
  const kept = ["PATH", "Path", "SystemRoot", "TEMP"].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}
