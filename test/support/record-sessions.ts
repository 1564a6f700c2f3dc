/**
 * Records what a person sees, with a real terminal and the mock of Neon, as `docs/sessions/NAME-COLUMNS.cast`:
 * `npx tsx test/support/record-sessions.ts [NAME...] [--columns 80,120] [--folder FOLDER]`. asciinema plays the files.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeCast } from "./cast.ts";
import { recordSessions, SCENES, WIDTHS } from "./sessions.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { columns: { type: "string", default: WIDTHS.join(",") }, folder: { type: "string", default: "docs/sessions" } },
});
await mkdir(values.folder, { recursive: true });
const names = positionals.length > 0 ? positionals : Object.keys(SCENES);
for (const [name, cast] of await recordSessions(names, values.columns.split(",").map(Number))) {
  await writeFile(join(values.folder, `${name}.cast`), writeCast(cast));
}
