import { readFile, writeFile } from "node:fs/promises";
import type { Row } from "./processes/comparison.ts";

const FILE = new URL("recorded.json", import.meta.url);

/** A ratio that is worse by more than this is a failure: the spread of a busy machine is smaller. */
const MOST_CHANGE = 1.5;

/** Ratios to the first way, by comparison and way. Milliseconds are not recorded, because machines differ. */
type Ratios = Readonly<Record<string, Readonly<Record<string, number>>>>;

async function recorded(): Promise<Ratios> {
  return JSON.parse(await readFile(FILE, "utf8")) as Ratios;
}

/** The ratios that are worse than the recorded ones by half, one line each. */
export async function worseThanRecorded(rows: readonly Row[]): Promise<readonly string[]> {
  const before = await recorded();
  return rows.flatMap(({ comparison, way, ratio }) => {
    const known = before[comparison]?.[way];
    return known !== undefined && ratio > known * MOST_CHANGE ? [`${comparison}, ${way}: ${ratio}, recorded ${known}`] : [];
  });
}

/** Records these ratios, and keeps those of other comparisons. */
export async function record(rows: readonly Row[]): Promise<void> {
  const ratios: Record<string, Readonly<Record<string, number>>> = { ...(await recorded()) };
  for (const { comparison, way, ratio } of rows) ratios[comparison] = { ...ratios[comparison], [way]: ratio };
  await writeFile(FILE, `${JSON.stringify(ratios, undefined, 2)}\n`);
}
