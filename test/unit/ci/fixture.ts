import { readFileSync } from "node:fs";
import type { Env } from "../../../src/environment.ts";

/** A recorded environment of a CI service, with the event that started the job. */
export interface CiFixture {
  readonly env: Env;
  readonly payload?: unknown;
}

/** Reads `mocks/ci/<name>.json`. */
export function ciFixture(name: string): CiFixture {
  return JSON.parse(readFileSync(new URL(`../../../mocks/ci/${name}.json`, import.meta.url), "utf8")) as CiFixture;
}
