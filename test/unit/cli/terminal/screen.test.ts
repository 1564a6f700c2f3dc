import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { ForeignOutput } from "../../../../src/cli/foreign-output.ts";
import { openScreen } from "../../../../src/cli/terminal/screen.ts";

const foreign: ForeignOutput = { write: () => {}, breakLine: () => {}, isMidLine: () => false, end: () => {} };

/** What a screen of 80 columns draws for the output of a migration command. */
function drawn(output: string): string {
  let written = "";
  const stream = { isTTY: true, columns: 80, rows: 24, on: () => {}, write: (text: string | Uint8Array) => (written += String(text)) };
  const options = { title: "migrate", isVerbose: false, showsOutput: false, now: () => 0, clean: (text: string) => text, foreign };
  const screen = openScreen(stream, { ...options, look: { isLive: true, hasUnicode: true }, paint: (_style, text) => text });
  screen.emit({ kind: "output", stream: "stderr", chunk: Buffer.from(output) });
  screen.close();
  return stripVTControlCharacters(written);
}

test("the line shows the error of a command, and not the mark that psql prints below it", () => {
  const text = drawn("applied 1.sql\n2.sql:3: ERROR:  42601: no\nLINE 3: selekt 1;\n        ^\n");
  expect(text).toContain("2.sql:3: ERROR: 42601: no");
  expect(text).not.toMatch(/selekt|\^/);
});
