import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PEER_PACKAGES } from "../test/support/peers.ts";
import type { Row } from "./processes/comparison.ts";

/** The parts of Observable Plot and of the DOM that the chart uses. Both are packages of `test/peers`, which a checkout does not always have. */
interface Plot {
  plot(options: unknown): { readonly outerHTML: string };
  barX(data: unknown, options: unknown): unknown;
  ruleX(data: unknown, options?: unknown): unknown;
  ruleY(data: unknown, options?: unknown): unknown;
  text(data: unknown, options: unknown): unknown;
  tickX(data: unknown, options: unknown): unknown;
}

/** Colours that differ for people who see no red or green, on a white ground. */
const [OURS, THEIRS, SPREAD, GOAL] = ["#1f6feb", "#9aa4af", "#24292f", "#b35900"];
const LINE_PX = 22;
const WIDTH_PX = 940;
const LABEL_PX = 300;

/** One chart for each comparison: a bar for each process with its median, a line for its spread, and the ratio with its goal. */
export async function chart(rows: readonly Row[]): Promise<string> {
  const [plot, document] = await load();
  const names = [...new Set(rows.map(({ comparison }) => comparison))];
  let top = 0;
  const parts = names.map((name) => {
    const part = rows.filter(({ comparison }) => comparison === name);
    const height = part.length * LINE_PX + 62;
    const svg = drawn(plot, document, part, height).replace("<svg ", `<svg y="${top + 24}" `);
    const title = `<text x="8" y="${top + 16}" font-weight="bold">${escaped(name)}</text>`;
    top += height + 34;
    return `${title}${svg}`;
  });
  const font = 'font-family="system-ui, sans-serif" font-size="12"';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PX}" height="${top}" ${font}><rect width="100%" height="100%" fill="white"/>${parts.join("")}</svg>\n`;
}

function drawn(plot: Plot, document: unknown, rows: readonly Row[], height: number): string {
  const most = Math.max(...rows.map(({ mostMs }) => mostMs));
  return plot.plot({
    document,
    width: WIDTH_PX,
    height,
    marginLeft: LABEL_PX,
    marginRight: 260,
    style: { background: "white", color: SPREAD },
    x: { label: "milliseconds: median, and the spread of the rounds", domain: [0, most], grid: true },
    y: { label: null, domain: rows.map(({ way }) => way) },
    marks: [
      plot.barX(rows, { x: "medianMs", y: "way", fill: (row: Row) => (/offshoot|Database\./.test(row.way) ? OURS : THEIRS) }),
      plot.ruleY(rows, { x1: "leastMs", x2: "mostMs", y: "way", stroke: SPREAD }),
      plot.text(rows, {
        x: "mostMs",
        y: "way",
        text: label,
        textAnchor: "start",
        dx: 6,
        fill: (row: Row) => (row.goal !== undefined && judged(row) > row.goal ? GOAL : SPREAD),
      }),
      plot.ruleX([0]),
    ],
  }).outerHTML;
}

function label(row: Row): string {
  const { medianMs, ratio, floor, goal } = row;
  const without = floor === undefined ? "" : `${judged(row).toFixed(2)} without round trips, `;
  return `${medianMs} ms · ${ratio.toFixed(2)}${goal === undefined ? "" : ` (${without}goal ${goal.toFixed(2)})`}`;
}

/** The ratio for which the goal is. */
function judged({ ratio, floor }: Row): number {
  return floor?.without ?? ratio;
}

function file(path: string): string {
  return pathToFileURL(join(PEER_PACKAGES, path)).href;
}

async function load(): Promise<readonly [Plot, unknown]> {
  try {
    const plot = (await import(file("@observablehq/plot/src/index.js"))) as Plot;
    const { parseHTML } = (await import(file("linkedom/esm/index.js"))) as { parseHTML: (html: string) => { document: unknown } };
    return [plot, parseHTML("<html><body></body></html>").document];
  } catch (thrown) {
    throw new Error("The chart needs the packages of test/peers. Run: npm ci --prefix test/peers --ignore-scripts", { cause: thrown });
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
