import type { Argument, Routine } from "../../catalog/routines.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { plain, type Remedy } from "../step.ts";

/** `pg_aggregate.aggfinalmodify`. */
const MODIFY: Readonly<Record<string, string>> = { r: "read_only", s: "shareable", w: "read_write" };

type Write = (value: string) => string;

const called: Write = (name) => (name.includes(".") ? name : `pg_catalog.${name}`);
const asIs: Write = (text) => text;

/** The options of `create aggregate` by what the catalog calls them, in the order of its documentation. */
const OPTIONS: readonly (readonly [fact: string, option: string, write: Write])[] = [
  ["transition", "sfunc", called],
  ["state", "stype", asIs],
  ["space", "sspace", asIs],
  ["final", "finalfunc", called],
  ["finalModify", "finalfunc_modify", (letter) => MODIFY[letter] ?? letter],
  ["combine", "combinefunc", called],
  ["serial", "serialfunc", called],
  ["deserial", "deserialfunc", called],
  ["initial", "initcond", literal],
  ["moving", "msfunc", called],
  ["movingInverse", "minvfunc", called],
  ["movingState", "mstype", asIs],
  ["movingSpace", "msspace", asIs],
  ["movingFinal", "mfinalfunc", called],
  ["movingFinalModify", "mfinalfunc_modify", (letter) => MODIFY[letter] ?? letter],
  ["movingInitial", "minitcond", literal],
  ["sort", "sortop", (name) => `operator(${called(name)})`],
];

/** Only plain aggregates: of ordered-set ones the catalog doesn't hold enough. Under an empty search path Postgres names its own without their schema. */
export function aggregate({ schema, name, arguments: given, aggregate: facts = {}, parallel }: Routine): Remedy {
  if (facts["kind"] !== "n") return { cannot: "an ordered-set aggregate has more to it than the catalog tells" };
  const options = [
    ...OPTIONS.flatMap(([fact, option, write]) => {
      const value = facts[fact];
      return value === undefined ? [] : [`${option} = ${write(value)}`];
    }),
    ...(facts["finalExtra"] === undefined ? [] : ["finalfunc_extra"]),
    ...(facts["movingFinalExtra"] === undefined ? [] : ["mfinalfunc_extra"]),
    ...(parallel === "unsafe" ? [] : [`parallel = ${parallel}`]),
  ];
  const list = given.length === 0 ? "*" : given.map(argument).join(", ");
  return plain(`create or replace aggregate ${quoted(schema)}.${quoted(name)}(${list}) (${options.join(", ")})`);
}

function argument({ name, mode, type }: Argument): string {
  return [mode === "variadic" ? mode : "", name === undefined ? "" : quoted(name), type].filter((part) => part !== "").join(" ");
}
