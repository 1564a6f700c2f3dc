import { randomInt } from "node:crypto";

/** Generates the ids, names and passwords that Neon generates. The same seed gives the same values. */
export interface IdGenerator {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  /** `<prefix>-<word>-<word>-<number>`: Neon's CLI treats `br-` and three such parts as an id. */
  id(prefix: string): string;
  uuid(): string;
  password(): string;
  /** Increasing log positions. */
  lsn(): string;
  /** Increasing numbers for databases. */
  number(): number;
}

const FIRST = [
  "aged",
  "bold",
  "calm",
  "damp",
  "early",
  "frosty",
  "gentle",
  "hidden",
  "icy",
  "jolly",
  "late",
  "misty",
  "noisy",
  "quiet",
  "red",
];
const SECOND = ["band", "cake", "dew", "field", "glade", "hill", "lake", "leaf", "moon", "night", "pond", "rain", "sea", "tree", "wind"];
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

export function createIdGenerator(seed: number = randomInt(2 ** 32)): IdGenerator {
  const random = seededRandom(seed);
  const pick = (from: string | readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const hex = (length: number): string => Array.from({ length }, () => pick("0123456789abcdef")).join("");
  let count = 0;
  return {
    random,
    // The counter makes every id unique.
    id: (prefix) => `${prefix}-${pick(FIRST)}-${pick(SECOND)}-${(++count).toString(36)}${hex(7)}`,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    password: () => `npg_${Array.from({ length: 16 }, () => pick(LETTERS)).join("")}`,
    lsn: () => `0/${(0x1a0_0000 + ++count * 0x118).toString(16).toUpperCase()}`,
    number: () => ++count,
  };
}

/** Mulberry32: a small generator, sufficient for faults and names. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
