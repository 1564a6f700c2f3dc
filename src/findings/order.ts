import { SEVERITIES, type Finding } from "./finding.ts";

/** Orders findings by severity, the highest first. */
export function bySeverity(a: Finding, b: Finding): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}

/** Orders findings by the name of the object, then by code. */
export function byObject(a: Finding, b: Finding): number {
  return compareText(a.object.name, b.object.name) || compareText(a.code, b.code);
}

/** Orders findings by file and line. Those without a file come first. */
export function byPlace({ at: a }: Finding, { at: b }: Finding): number {
  return compareText(a?.file ?? "", b?.file ?? "") || (a?.line ?? 0) - (b?.line ?? 0);
}

/** Compares by UTF-16 code units: the result is the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
