import { ownCommand, shellCommand } from "../shell-command.ts";
import { posix } from "node:path";
import { OffshootError } from "../errors.ts";
import { CONFIGURATION, configurationText, scriptCommand } from "./configuration.ts";
import type { KnownMigrations, RepositoryFacts } from "./repository-facts.ts";
import { commandsFor, type RepositoryCommands } from "./pipeline-commands.ts";
import { type CiServiceName, CI_SERVICES } from "./services/registry.ts";
import type { CiService } from "./services/service.ts";
import { settingLines } from "./yaml.ts";

/** One file of the plan. `init` never changes an existing file. */
export interface PlannedFile {
  /** Relative to the root of the checkout. */
  readonly path: string;
  /**
   * `new`: the file is written. `same`: it exists with exactly this text. `kept`: it exists and needs no change. `add`: it
   * exists, and the user must add `text` to it. `missing`: the user must create it with `text`, because other repositories or another tool use its folder.
   */
  readonly state: "new" | "same" | "kept" | "add" | "missing";
  /** The text to write or to add. Empty for `same` and `kept`. */
  readonly text: string;
}

export interface Plan {
  readonly services: readonly CiServiceName[];
  readonly files: readonly PlannedFile[];
  /** Information for the user. */
  readonly notes: readonly string[];
  /** The next commands for the user, at most three. */
  readonly next: readonly string[];
}

/** Decides what `init` does in a repository. Throws `USAGE` if several CI services are used and none was given. */
export function planInit(facts: RepositoryFacts, service: CiServiceName | "none" | undefined): Plan {
  const commands = commandsFor(facts);
  const { name, note } = service === undefined ? chooseService(facts) : { name: service, note: undefined };
  const template = name === "none" ? undefined : CI_SERVICES[name];
  const pipeline = template === undefined ? undefined : planPipeline(facts, template, commands);
  const files = [planConfiguration(facts), ...(pipeline === undefined ? [] : [pipeline])];
  return {
    services: name === "none" ? [] : [name],
    files,
    notes: [
      ...(note === undefined ? [] : [note]),
      ...besideScript(facts),
      ...(facts.migrations.from === "nothing" ? [noTool(facts.migrations, scriptCommand(facts))] : []),
      ...commands.notes,
      ...(template === undefined || pipeline === undefined ? [] : pipelineNotes(facts, template, pipeline, commands)),
    ],
    next: nextCommands(facts, commands, files),
  };
}

const OTHER_WORKFLOWS =
  "The other workflows were not changed. To use the database in one of them, call `offshoot run` as in the new workflow.";

function besideScript(facts: RepositoryFacts): readonly string[] {
  const { migrations } = facts;
  const isPlain = migrations.from === "tool" && migrations.tool === "sql" && migrations.directory === undefined;
  const script = isPlain ? scriptCommand(facts) : undefined;
  return script === undefined
    ? []
    : [
        `offshoot applies ${migrations.from === "tool" ? migrations.evidence : ""} and its siblings as plain SQL. If \`${script}\` is what applies them, use the lines in comments in offshoot.yaml.`,
      ];
}

function noTool({ below, sign }: Extract<KnownMigrations, { from: "nothing" }>, script: string | undefined): string {
  if (script !== undefined && below.length === 0) {
    return `No migration tool was found, but package.json has a script: \`${script}\`. To use it, remove the # before migrations in offshoot.yaml.`;
  }
  if (sign !== undefined && below.length === 0) {
    return `No migration tool was found, but there is ${sign.text}. Correct the lines in comments in offshoot.yaml, and remove the # before them.`;
  }
  return below.length === 0
    ? "No migration tool was found. Set migrations.command or migrations.directory in offshoot.yaml."
    : `Migration tools were found in several folders: ${below.map(({ tool, folder }) => `${tool} in ${folder}`).join(" and ")}. offshoot.yaml has lines for all of them in comments: keep those of the database that the tests use.`;
}

/** What the user must set in the CI service, if the pipeline is not used yet. */
function pipelineNotes(
  { pipelines }: RepositoryFacts,
  service: CiService,
  { state }: PlannedFile,
  { pipeline }: RepositoryCommands,
): readonly string[] {
  if (state === "same" || state === "kept") return [];
  return [
    ...(state === "new" && pathsOf(service, pipelines).length > 0 ? [OTHER_WORKFLOWS] : []),
    ...service.settings,
    ...(service.hasOwnAgents === true && pipeline.python
      ? ["The agents also need Python with venv: on Debian, the package python3-venv."]
      : []),
  ];
}

function nextCommands(
  { folder }: RepositoryFacts,
  { add, offshoot, start }: RepositoryCommands,
  files: readonly PlannedFile[],
): readonly string[] {
  const written = files.filter(({ state }) => state === "new").map(({ path }) => posix.relative(folder, path));
  return [
    ...(add === undefined ? [] : [add]),
    `${offshoot} doctor`,
    start,
    ...(written.length === 0 ? [] : [shellCommand(["git", "add", ...written])]),
  ].slice(0, 3);
}

/** Chooses the service by its pipeline files, then by the host of the git remote. The default is GitHub Actions. */
function chooseService({ pipelines, host }: RepositoryFacts): { readonly name: CiServiceName; readonly note: string | undefined } {
  const names = Object.keys(CI_SERVICES) as readonly CiServiceName[];
  const used = names.filter((name) => pathsOf(CI_SERVICES[name], pipelines).length > 0);
  const [first, ...others] = used;
  if (first !== undefined && others.length === 0) return { name: first, note: undefined };
  if (first !== undefined) {
    const services = used.map((name) => `${CI_SERVICES[name].title} (${pathsOf(CI_SERVICES[name], pipelines)[0]})`).join(" and ");
    throw new OffshootError("USAGE", `Several CI services are used here: ${services}.`, {
      meaning: "It is not clear which of them needs a database. Nothing was written.",
      remedy: `Choose one, for example: ${ownCommand(["init", "--service", first])}`,
    });
  }
  const hosted = host === undefined ? undefined : names.find((name) => CI_SERVICES[name].host?.test(host));
  if (hosted !== undefined) return { name: hosted, note: undefined };
  return { name: "github", note: `No CI service was recognised. ${CI_SERVICES.github.title} was chosen. Use --service for another one.` };
}

function planConfiguration(facts: RepositoryFacts): PlannedFile {
  const { configuration, given, folder } = facts;
  const below = folder === "" ? "" : `${folder}/`;
  if (configuration === undefined) return { path: `${below}${CONFIGURATION}`, state: "new", text: configurationText(facts) };
  const { path, missing, text } = configuration;
  if (text === configurationText(facts)) return { path, state: "same", text: "" };
  if (missing.length === 0) return { path, state: "kept", text: "" };
  const toAdd = Object.fromEntries(Object.entries(given).filter(([key]) => missing.includes(key)));
  return {
    path,
    state: "add",
    text: settingLines(toAdd)
      .map((line) => `${line}\n`)
      .join(""),
  };
}

function planPipeline({ pipelines }: RepositoryFacts, service: CiService, { pipeline }: RepositoryCommands): PlannedFile {
  const { head, body } = service.pipeline(pipeline);
  const present = pipelines[service.file];
  if (present === head + body) return { path: service.file, state: "same", text: "" };
  const calling = pathsOf(service, pipelines).find((path) => callsOffshoot(pipelines[path] ?? ""));
  if (calling !== undefined) return { path: calling, state: "kept", text: "" };
  // The pipeline can exist under another file name. A second file would then be ignored, or would be a second pipeline.
  const taken = present === undefined ? service.others.find((path) => pipelines[path] !== undefined) : service.file;
  if (taken !== undefined) return { path: taken, state: "add", text: body };
  return { path: service.file, state: "new", text: head + body };
}

/** The existing files of a service. `others` can contain folders. */
function pathsOf({ file, others }: CiService, pipelines: RepositoryFacts["pipelines"]): readonly string[] {
  return Object.keys(pipelines).filter((path) => path === file || others.some((other) => path === other || path.startsWith(`${other}/`)));
}

/** Whether a pipeline already uses offshoot, written by hand or by an earlier `init`. */
function callsOffshoot(text: string): boolean {
  return /\boffshoot(?:@\S+)?\s+(?:run|up|migrate)\b|uses:\s*\S*\boffshoot\b/.test(text);
}
