import type { Env } from "../environment.ts";
import { editDistance } from "../nearest.ts";
import { FIELDS, variablesOf } from "./fields.ts";

const KNOWN = new Set(FIELDS.flatMap(variablesOf));

/** Warnings for `OFFSHOOT_…` variables that are one slip away from a setting's. Others may belong to somebody else. */
export function strayVariables(env: Env): readonly string[] {
  const strangers = Object.keys(env).filter((name) => name.startsWith("OFFSHOOT_") && env[name] !== "" && !KNOWN.has(name));
  return strangers.flatMap((name) => {
    const meant = [...KNOWN].find((known) => editDistance(name, known) === 1 || known.replaceAll("_", "") === name.replaceAll("_", ""));
    return meant === undefined ? [] : [`${name} is no setting and has no effect; did you mean ${meant}?`];
  });
}
