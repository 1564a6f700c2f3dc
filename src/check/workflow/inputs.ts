import type { WorkflowDocument } from "./document.ts";
import type { Texts } from "./workflow.ts";

/** The inputs of a composite action or of a called workflow, with the values that its caller gives. */
export interface Inputs {
  /** Replaces the inputs in a text such as a command. */
  readonly fill: (text: string) => string;
  /** Replaces the inputs in a condition, where they are names without `${{ }}`. */
  readonly fillCondition: (condition: string) => string;
}

interface Declared {
  readonly type: string;
  readonly value: string;
}

/**
 * The inputs that a file declares. An input without a value and a default is empty, `false` for a boolean and `0` for a number
 * (GitHub documentation, "Workflow syntax", `on.workflow_call.inputs.<input_id>.default`). Those of an action are texts.
 */
export function inputsOf(document: WorkflowDocument, given: Texts): Inputs {
  const declared = new Map<string, Declared>();
  for (const [name, input] of Object.entries(declarationsOf(document))) {
    const { type, default: preset } = mapping(input);
    const kind = typeof type === "string" ? type : "string";
    const value = given[name] ?? written(preset) ?? ({ boolean: "false", number: "0" }[kind] || "");
    declared.set(name.toLowerCase(), { type: kind, value });
  }
  return {
    fill: (text) =>
      text.replaceAll(/\$\{\{\s*inputs\.([\w-]+)\s*\}\}/g, (whole, name: string) => declared.get(name.toLowerCase())?.value ?? whole),
    fillCondition: (condition) =>
      condition.replaceAll(/'(?:[^']|'')*'|(?<![\w.-])inputs\.([\w-]+)/gi, (whole, name: string | undefined) => {
        const input = name === undefined ? undefined : declared.get(name.toLowerCase());
        return input === undefined ? whole : (operandOf(input) ?? whole);
      }),
  };
}

/** The value as a part of an expression; undefined for a text with an expression inside. */
function operandOf({ type, value }: Declared): string | undefined {
  const expression = /^\s*\$\{\{((?:(?!\}\}|\$\{\{)[^])*)\}\}\s*$/.exec(value)?.[1];
  if (expression !== undefined) return `(${expression.trim()})`;
  if (value.includes("${{")) return undefined;
  return type === "boolean" || type === "number" ? value : `'${value.replaceAll("'", "''")}'`;
}

function declarationsOf(document: WorkflowDocument): Readonly<Record<string, unknown>> {
  const root = mapping(document.value);
  return mapping(root["inputs"] ?? mapping(mapping(root["on"])["workflow_call"])["inputs"]);
}

function written(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
