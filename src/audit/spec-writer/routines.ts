import type { Lookup } from "../../catalog/lookup.ts";
import { quoted } from "../../catalog/quote.ts";
import type { Argument, Routine } from "../../catalog/routines.ts";
import { keyOfName } from "../pattern.ts";
import { commentAndGrants, withoutDefault, withoutUndefined, type YamlObject } from "./entry.ts";

/** The section `functions`: for each name, the list of its overloads. */
export function functionSection(routines: readonly Routine[], found: Lookup): YamlObject {
  const names = [...new Set(routines.map(({ name }) => name))];
  if (names.length === 0) return {};
  const overloads = (name: string) => routines.filter((routine) => routine.name === name).map((routine) => overloadEntry(routine, found));
  return { functions: Object.fromEntries(names.map((name) => [keyOfName(name), overloads(name)])) };
}

export function overloadEntry(routine: Routine, found: Lookup): YamlObject {
  const { id, volatility, security, strict, parallel, settings, body } = routine;
  const inputs = routine.arguments.filter(({ mode }) => mode !== "out" && mode !== "table");
  return {
    args: `(${inputs.map(argumentText).join(", ")})`,
    ...withoutUndefined({ returns: routine.result, language: routine.language }),
    ...withoutDefault("volatile", { volatility }),
    ...withoutDefault("invoker", { security }),
    ...withoutDefault(false, { strict }),
    ...withoutDefault("unsafe", { parallel }),
    ...withoutUndefined({ settings, body }),
    ...commentAndGrants(found, { on: "routine", id, identities: [`function ${id}`, `procedure ${id}`, `aggregate ${id}`] }),
  };
}

function argumentText({ name, mode, type, default: initial }: Argument): string {
  const parts = [
    mode === "in" ? "" : mode,
    name === undefined ? "" : quoted(name),
    type,
    initial === undefined ? "" : `default ${initial}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}
