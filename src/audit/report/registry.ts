import type { Finding } from "../finding.ts";
import { json } from "./json.ts";
import { text } from "./text.ts";

/** Every way to show findings, by name: pure functions of the same findings. */
export const REPORTS = { text, json } as const satisfies Readonly<Record<string, (findings: readonly Finding[]) => string>>;
