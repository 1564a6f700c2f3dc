import type { Fact } from "./facts.ts";

/** The smallest and the largest number of each type (PostgreSQL documentation, "Numeric Types"). */
const RANGES: Readonly<Record<string, readonly [lowest: string, highest: string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

/** The options of a sequence that differ from their defaults, as in `CREATE SEQUENCE`: ` increment by 5 cycle`. Pure. */
export function sequenceOptions({ type, start, increment, min, max, cache, cycle }: Fact["properties"]): string {
  const [lowest = "", highest = ""] = RANGES[String(type)] ?? [];
  const isDown = typeof increment === "string" && increment.startsWith("-");
  const [leastMin, mostMax] = isDown ? [lowest, "-1"] : ["1", highest];
  const options = [
    ["increment by", increment, "1"],
    ["minvalue", min, leastMin],
    ["maxvalue", max, mostMax],
    ["start with", start, isDown ? max : min],
    ["cache", cache, "1"],
  ] as const;
  const different = options.flatMap(([words, value, usual]) =>
    typeof value === "string" && value !== usual ? [` ${words} ${value}`] : [],
  );
  return `${different.join("")}${cycle === true ? " cycle" : ""}`;
}
