import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { InputName, Inputs } from "./inputs.ts";

/** Reads inputs and collects what is wrong with them, so that a person mends all of it at once. */
export interface Problems {
  add(name: InputName, text: string): void;
  /** One of a few words; the first of them stands in for a wrong one. */
  choice<const T extends string>(name: InputName, allowed: readonly [T, ...T[]]): T;
  /** `true` or `false`, as YAML's core schema spells them. */
  boolean(name: InputName): boolean;
  /** Two inputs that say the same in different words. */
  exclude(one: InputName, other: InputName): void;
  /** Throws `USAGE` with one line for each problem, where there are any. */
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
      add(name, `is \`${inputs[name]}\`${meant === undefined ? "." : `; did you mean ${meant}?`} Expected ${allowed.join(", ")}.`);
      return allowed[0];
    },
    boolean(name) {
      const value = ["true", "True", "TRUE"].includes(inputs[name]);
      if (!value && !["", "false", "False", "FALSE"].includes(inputs[name])) add(name, `is \`${inputs[name]}\`; expected true or false.`);
      return value;
    },
    exclude(one, other) {
      if (inputs[one] !== "" && inputs[other] !== "") add(one, `and \`${other}\` say the same: give one of them.`);
    },
    check() {
      if (found.size === 0) return;
      throw new OffshootError("USAGE", `The inputs can't be used:\n${[...found].map((line) => `  ${line}`).join("\n")}`, {
        meaning: "Nothing was touched.",
        remedy: "Mend the step's `with:`.",
        secrets: [inputs.api_key],
      });
    },
  };
}
