import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Finding, Place } from "../finding.ts";
import type { FindingSource } from "../kind.ts";
import type { ReportOptions } from "./options.ts";

/** Where a finding is shown: at its own place, else at the first line of the file for findings without one. */
export function placeOf({ at }: Finding, source: Pick<FindingSource, "file">, { file = source.file, folder = "" }: ReportOptions): Place {
  const path = (at?.file ?? file).replaceAll("\\", "/");
  return { file: posix.isAbsolute(path) ? path : posix.join(folder.replaceAll("\\", "/"), path), line: at?.line ?? 1 };
}

/** A unique key for each finding. It stays the same from run to run, even when its rule moves to another line. */
export function keysOf(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ code, object, facts }) => {
    const part = "property" in facts ? String(facts.property) : "other" in facts ? String(facts.other) : "";
    const text = [code, object.kind, object.name, part].join("\n");
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return createHash("sha256")
      .update(count === 1 ? text : `${text}\n${count}`)
      .digest("hex");
  });
}
