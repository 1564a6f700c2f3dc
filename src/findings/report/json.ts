import { count } from "../count.ts";
import type { Renderer } from "./options.ts";

/** For programs: the findings as they are, and their counts. */
export const renderJson: Renderer = (findings) => `${JSON.stringify({ version: 1, findings, counts: count(findings) }, undefined, 2)}\n`;
