import { OUTBOUND_MODES } from "../config/settings.ts";
import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";

type Check = readonly [wanted: string, isValid: (value: unknown) => boolean, choices?: readonly string[]];

const isText = (value: unknown): boolean => typeof value === "string";
const isList = (value: unknown): boolean => Array.isArray(value);
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
/** Also one of another realm, such as that of a test runner. */
const isSignal = (value: unknown): boolean => isObject(value) && typeof (value as AbortSignal).addEventListener === "function";

const TEXT: Check = ["a text", isText];
const TEXTS: Check = ['a list of texts, such as ["npm", "run", "migrate"]', (value) => Array.isArray(value) && value.every(isText)];
const FLAG: Check = ["true or false", (value) => typeof value === "boolean"];
const NUMBER: Check = ["a number", (value) => typeof value === "number" && !Number.isNaN(value)];
const FUNCTION: Check = ["a function", (value) => typeof value === "function"];
const SIGNAL: Check = ["an AbortSignal", isSignal];
const OBJECT: Check = ["an object", isObject];
const LIST: Check = ["a list", isList];
const SEVERITY = ["error", "warning", "info"];

function words(names: string, check: Check): Readonly<Record<string, Check>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, check]));
}

function oneOf(choices: readonly string[]): Check {
  return [
    `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`,
    (value) => isText(value) && choices.includes(value as string),
    choices,
  ];
}

/** What the value of each option must be, as the types say it. */
const CHECKS: Readonly<Record<string, Check>> = {
  ...words("cwd config actual after apply before container expected file for fresh from grace log match name pidFile plan", TEXT),
  ...words("ready reason service spec token traffic url within workName", TEXT),
  ...words("args command compare files ignore must mustNot", TEXTS),
  ...words("progress all allRepositories also alternatives configure dryRun keep keepOnFailure literals migrate offline", FLAG),
  ...words("replace retry terminal update yes", FLAG),
  ...words("everyMs idleMs last lines olderThanMs pid restarts", NUMBER),
  ...words("onEvent conceal now onStart work", FUNCTION),
  ...words("signal hurry", SIGNAL),
  ...words("env settings repair", OBJECT),
  ...words("metrics require", LIST),
  force: ["true, false or a text", (value) => typeof value === "boolean" || isText(value)],
  outbound: oneOf(OUTBOUND_MODES),
  failOn: oneOf(SEVERITY),
};

/** The names of all options of the library's functions. A test holds them together with the types. */
export const OPTION_NAMES: readonly string[] = Object.keys(CHECKS);

/** Checks the values of options that have these names. Throws `CONFIG_INVALID`. The value is not shown where it can be a secret. */
export function checkOptionValues(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const [wanted, isValid, choices] = CHECKS[name] ?? TEXT;
    if (value === undefined || isValid(value)) continue;
    const meant = typeof value === "string" && choices !== undefined ? nearest(value, choices) : undefined;
    throw new OffshootError(
      "CONFIG_INVALID",
      `The option "${name}" is ${choices === undefined || typeof value !== "string" ? shown(value) : JSON.stringify(value)}, and must be ${wanted}.${meant === undefined ? "" : ` Did you mean "${meant}"?`}`,
      { meaning: "Nothing was done.", remedy: `Correct "${name}", or leave it out.` },
    );
  }
}

/** Checks that the options without a default were given; `required` has an example of each. Throws `CONFIG_INVALID`. */
export function requireOptions(options: object, required: Readonly<Record<string, string>>): void {
  for (const [name, example] of Object.entries(required)) {
    if ((options as Readonly<Record<string, unknown>>)[name] !== undefined) continue;
    throw new OffshootError("CONFIG_INVALID", `The option "${name}" is missing.`, {
      meaning: "Nothing was done.",
      remedy: `Add it, such as { ${name}: "${example}" }.`,
    });
  }
}

/** The kind of a value in words, without the value. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.every(isText) ? "a list" : "a list that has other values than texts";
  if (Number.isNaN(value)) return "not a number";
  return value === null ? "null" : `a ${typeof value === "string" ? "text" : typeof value}`;
}
