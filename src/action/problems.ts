import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { InputName, Inputs } from "./inputs.ts";

/** Reads inputs and collects their problems, so that all of them are reported together. */
export interface Problems {
  add(name: InputName, text: string): void;
  /** An input with a fixed set of values. For an invalid value, the first one is returned. */
  choice<const T extends string>(name: InputName, allowed: readonly [T, ...T[]]): T;
  /** `true` or `false`, in the forms of YAML's core schema. */
  boolean(name: InputName): boolean;
  /** Reports a problem if both inputs are set, because they set the same thing. */
  exclude(one: InputName, other: InputName): void;
  /** Throws `USAGE` with one line for each problem, if there are any. */
  check(): void;
}

export function problemsOf(inputs: Inputs): Problems {
  const found = new Set<string>();
  const add = (name: InputName, text: string): void => void found.add(`\`${name}\` ${text}`);
  return {
    add,
    choice(name, allowed) {
      const value = allowed.find((word) => word === inputs[name]);
      if (value !== undefined) return value;
      const meant = nearest(inputs[name], allowed);
      add(name, `is \`${inputs[name]}\`; expected ${allowed.join(", ")}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`);
      return allowed[0];
    },
    boolean(name) {
      const value = ["true", "True", "TRUE"].includes(inputs[name]);
      if (!value && !["", "false", "False", "FALSE"].includes(inputs[name])) add(name, `is \`${inputs[name]}\`; expected true or false.`);
      return value;
    },
    exclude(one, other) {
      if (inputs[one] !== "" && inputs[other] !== "") add(one, `and \`${other}\` set the same thing. Use only one of them.`);
    },
    check() {
      if (found.size === 0) return;
      throw new OffshootError("USAGE", `The inputs are not valid:\n${[...found].map((line) => `  ${line}`).join("\n")}`, {
        meaning: "Nothing was created or changed.",
        remedy: "Correct the inputs under `with:` of the step.",
        secrets: [inputs.api_key],
      });
    },
  };
}
