import { posix } from "node:path";
import { OffshootError } from "../errors.ts";
import { word } from "../migration-tools/shell.ts";
import { CONFIGURATION, configurationText, settingLines } from "./configuration.ts";
import type { Facts } from "./facts.ts";
import { cook, type Cooked } from "./recipe.ts";
import { type TemplateName, TEMPLATES } from "./services/registry.ts";
import type { Service } from "./services/service.ts";

/** One file and what becomes of it. What is there is never changed. */
export interface PlannedFile {
  /** Seen from the checkout's top. */
  readonly path: string;
  /**
   * `new`: it is written. `same`: it is there, word for word. `kept`: it is there and serves. `add`: it is there, and a
   * person has to add `text` to it.
   */
  readonly state: "new" | "same" | "kept" | "add";
  /** What is written or to be added; empty where nothing is. */
  readonly text: string;
}

export interface Plan {
  readonly services: readonly TemplateName[];
  readonly files: readonly PlannedFile[];
  /** What a person should know. */
  readonly notes: readonly string[];
  /** The commands to type next, three at most. */
  readonly next: readonly string[];
}

/** What `init` does in a repository: everything is decided here. Throws `USAGE` where several services are in use and none was named. */
export function plan(facts: Facts, service: TemplateName | "none" | undefined): Plan {
  const cooked = cook(facts);
  const { name, note } = service === undefined ? chooseService(facts) : { name: service, note: undefined };
  const template = name === "none" ? undefined : TEMPLATES[name];
  const pipeline = template === undefined ? undefined : planPipeline(facts, template, cooked);
  const files = [planConfiguration(facts), ...(pipeline === undefined ? [] : [pipeline])];
  return {
    services: name === "none" ? [] : [name],
    files,
    notes: [
      ...(note === undefined ? [] : [note]),
      ...(facts.migrations.from === "nothing" ? [noTool(facts.migrations.below)] : []),
      ...cooked.notes,
      ...(template === undefined || pipeline === undefined ? [] : pipelineNotes(facts, template, pipeline)),
    ],
    next: nextCommands(facts, cooked, files),
  };
}

const BESIDE = "The other workflows stay as they are; a job of theirs takes part by calling `offshoot run` as this one does.";

function noTool(below: readonly string[]): string {
  return below.length === 0
    ? "No migration tool was found: name what migrates in offshoot.yaml, or set migrations.directory."
    : `Migration tools were found below: ${below.join(" and ")}. Set migrations.directory in offshoot.yaml to the folder of the one.`;
}

/** What is to be done outside of the files, where the pipeline is not in use yet. */
function pipelineNotes({ pipelines }: Facts, service: Service, { state }: PlannedFile): readonly string[] {
  if (state === "same" || state === "kept") return [];
  return [...(state === "new" && pathsOf(service, pipelines).length > 0 ? [BESIDE] : []), ...service.settings];
}

function nextCommands({ folder }: Facts, { add, offshoot, tests }: Cooked, files: readonly PlannedFile[]): readonly string[] {
  const written = files.filter(({ state }) => state === "new").map(({ path }) => word(posix.relative(folder, path)));
  return [
    ...(add === undefined ? [] : [add]),
    `${offshoot} doctor`,
    `${offshoot} run -- ${tests ?? "YOUR TESTS"}`,
    ...(written.length === 0 ? [] : [`git add ${written.join(" ")}`]),
  ].slice(0, 3);
}

/** By the services' own files, else by the remote, else the most common one. */
function chooseService({ pipelines, host }: Facts): { readonly name: TemplateName; readonly note: string | undefined } {
  const names = Object.keys(TEMPLATES) as readonly TemplateName[];
  const used = names.filter((name) => pathsOf(TEMPLATES[name], pipelines).length > 0);
  const [first, ...others] = used;
  if (first !== undefined && others.length === 0) return { name: first, note: undefined };
  if (first !== undefined) {
    const told = used.map((name) => `${TEMPLATES[name].title} (${pathsOf(TEMPLATES[name], pipelines)[0]})`).join(" and ");
    throw new OffshootError("USAGE", `Several CI services are used here: ${told}.`, {
      meaning: "Which of them is to have a database can't be told, and nothing was written.",
      remedy: `Name one: offshoot init --service ${first}`,
    });
  }
  const hosted = host === undefined ? undefined : names.find((name) => TEMPLATES[name].host?.test(host));
  if (hosted !== undefined) return { name: hosted, note: undefined };
  return { name: "github", note: `No CI service was recognised, so ${TEMPLATES.github.title} was taken; --service names another.` };
}

function planConfiguration(facts: Facts): PlannedFile {
  const { configuration, given, folder } = facts;
  const below = folder === "" ? "" : `${folder}/`;
  if (configuration === undefined) return { path: `${below}${CONFIGURATION}`, state: "new", text: configurationText(facts) };
  const { path, lacks, text } = configuration;
  if (text === configurationText(facts)) return { path, state: "same", text: "" };
  if (lacks.length === 0) return { path, state: "kept", text: "" };
  const missing = Object.fromEntries(Object.entries(given).filter(([key]) => lacks.includes(key)));
  return {
    path,
    state: "add",
    text: settingLines(missing)
      .map((line) => `${line}\n`)
      .join(""),
  };
}

function planPipeline({ pipelines }: Facts, service: Service, { recipe }: Cooked): PlannedFile {
  const { head, body } = service.pipeline(recipe);
  const present = pipelines[service.file];
  if (present === head + body) return { path: service.file, state: "same", text: "" };
  const calling = pathsOf(service, pipelines).find((path) => callsOffshoot(pipelines[path] ?? ""));
  if (calling !== undefined) return { path: calling, state: "kept", text: "" };
  // Where a service reads one file only, a second beside it under another ending would be ignored, or be two.
  const taken = present === undefined ? service.others.find((path) => pipelines[path] !== undefined) : service.file;
  if (taken !== undefined) return { path: taken, state: "add", text: body };
  return { path: service.file, state: "new", text: head + body };
}

/** The files of a service that are there. `others` may name folders. */
function pathsOf({ file, others }: Service, pipelines: Facts["pipelines"]): readonly string[] {
  return Object.keys(pipelines).filter((path) => path === file || others.some((other) => path === other || path.startsWith(`${other}/`)));
}

/** A pipeline that asks for a database by itself, whether written by hand or by an earlier `init`. */
function callsOffshoot(text: string): boolean {
  return /\boffshoot(?:@\S+)?\s+(?:run|up|migrate)\b|uses:\s*\S*\boffshoot\b/.test(text);
}
