import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { codeOf } from "../../src/errors.ts";
import type { Played } from "./play.ts";

const FOLDER = new URL("../../node_modules/.cache/offshoot/", import.meta.url).pathname;

/** What a series has played so far, in a file, so that an interrupted series continues. */
export interface Progress {
  readonly played: readonly Played[];
  add(result: Played): void;
  /** Forgets the series. */
  remove(): void;
}

export function openProgress(seed: number): Progress {
  const file = `${FOLDER}whole-life-${seed}.jsonl`;
  mkdirSync(FOLDER, { recursive: true });
  const played = readAll(file);
  return {
    played,
    add(result) {
      played.push(result);
      appendFileSync(file, `${JSON.stringify({ ...result, record: "" })}\n`);
    },
    remove: () => rmSync(file, { force: true }),
  };
}

function readAll(file: string): Played[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line) as Played);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return [];
    throw thrown;
  }
}
