import { posix } from "node:path";
import { readRules } from "./makefile.ts";
import type { CalledScript, Repository } from "./repository.ts";

const CALL = /^(?:(g?make)|just|task)(?=\s|$)(.*)$/;
/** Options of make whose value is the next word, or follows at once (GNU make manual, "Summary of Options"). */
const WITH_VALUE = /^(?:-[CfIoWj]|--(?:directory|file|makefile|include-dir|old-file|what-if|jobs))$/;
const ONLY_PRINTS = /^(?:-\w*[nqtpv]\w*|--(?:just-print|dry-run|recon|question|touch|print-data-base|version|help))$/;

interface Call {
  readonly folder: string;
  readonly file: string | undefined;
  readonly targets: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The commands of the targets that `make`, or `just`, runs: what each target needs comes first, as calls of its own. */
export function makeScripts(command: string, folder: string, { read }: Repository): readonly CalledScript[] {
  const [, make, words] = CALL.exec(command) ?? [];
  const call = words === undefined ? undefined : callOf(words);
  if (call === undefined) return [];
  const at = (path: string): string => posix.normalize(posix.join(folder, call.folder, path)).replace(/^(?:\.\/)+/, "");
  const file = (call.file === undefined ? (make === undefined ? ["justfile", ...MAKEFILES] : MAKEFILES) : [call.file])
    .map(at)
    .find((path) => read(path) !== undefined);
  if (file === undefined) return [];
  const rules = readRules(file, read, call.variables);
  // Make runs the first target of the file by itself. The words after a recipe of `just` are its arguments.
  const first = [...rules.keys()].find((name) => !name.startsWith("."));
  const targets = call.targets.length === 0 ? [first ?? ""] : make === undefined ? call.targets.slice(0, 1) : call.targets;
  return targets.flatMap((target) => {
    const rule = rules.get(target);
    if (rule === undefined) return [];
    const given = Object.entries(call.variables).map(([name, value]) => ` ${name}=${value}`);
    const from = call.file === undefined ? "" : ` -f ${call.file}`;
    const needs = rule.needs.filter((need) => need !== target && rules.has(need)).map((need) => `make${from} ${need}${given.join("")}`);
    return [
      { file: rule.file, text: [...needs, ...rule.commands].join("\n"), folder: at("."), line: Math.max(1, rule.line - needs.length) },
    ];
  });
}

const MAKEFILES = ["GNUmakefile", "makefile", "Makefile"];

/** The words of a call; undefined for one that runs nothing. */
function callOf(words: string): Call | undefined {
  const targets: string[] = [];
  const variables: Record<string, string> = {};
  let [where, file] = [".", undefined as string | undefined];
  const all = words.trim().split(/\s+/).filter(Boolean);
  for (let index = 0; index < all.length; index += 1) {
    const word = all[index] ?? "";
    const [, option = word, joinedValue] = /^(--[\w-]+)=(.*)$/.exec(word) ?? /^(-[CfIoW])(.+)$/.exec(word) ?? [];
    if (/^-j\d+$/.test(word)) continue;
    if (ONLY_PRINTS.test(word)) return undefined;
    if (WITH_VALUE.test(option)) {
      const next = all[index + 1] ?? "";
      const isJobs = /^(?:-j|--jobs)$/.test(option);
      const takesNext = joinedValue === undefined && (!isJobs || /^\d+$/.test(next));
      if (takesNext) index += 1;
      const value = joinedValue ?? next;
      if (/^(?:-C|--directory)$/.test(option)) where = posix.join(where, value);
      if (/^(?:-f|--file|--makefile)$/.test(option)) file = value;
    } else if (/^[A-Za-z_]\w*[:?]?=/.test(word)) {
      variables[word.slice(0, word.search(/[:?]?=/))] = word.slice(word.indexOf("=") + 1).replaceAll(/^["']|["']$/g, "");
    } else if (!word.startsWith("-") && !/^[<>&|]/.test(word)) targets.push(word);
  }
  return { folder: where, file, targets, variables };
}
