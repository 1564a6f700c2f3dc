import type { Compared } from "./compared.ts";
import { json } from "./json.ts";
import { markdown } from "./markdown.ts";
import { type Paint, text } from "./text.ts";

/** Every way to show a comparison, by name: pure functions of the same changes. */
export const REPORTS = { text, json, markdown } as const satisfies Readonly<Record<string, (compared: Compared, paint?: Paint) => string>>;
