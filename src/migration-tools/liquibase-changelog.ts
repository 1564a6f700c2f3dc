import { posix } from "node:path";
import { messageOf } from "../errors.ts";
import { type Element, elementsOfSql, elementsOfXml, elementsOfYaml } from "./liquibase-elements.ts";
import type { Repository } from "./repository.ts";

/** A change set of a changelog, in the order in which Liquibase runs them. */
export interface ChangeSet {
  /** As Liquibase prints it: `file::id::author`. */
  readonly id: string;
  /** Why it is not known whether Liquibase runs and records it. Undefined: it does. */
  readonly condition?: string;
  /** Whether Liquibase can run it several times or at another place. */
  readonly isMoved: boolean;
}

export interface Changelog {
  readonly changeSets: readonly ChangeSet[];
  /** The files of the changelog, relative to the repository. */
  readonly files: readonly string[];
  /** What could not be read. Completes "because …". */
  readonly unread?: string;
}

// Far more than a repository that people work in. Ends a changelog that includes itself.
const MOST_FILES = 20_000;

/** What is collected while the files are read. */
interface Reading {
  readonly repository: Repository;
  /** The folder to which paths are relative. */
  readonly root: string;
  readonly changeSets: ChangeSet[];
  readonly files: Set<string>;
  readonly properties: Map<string, string>;
  unread: string | undefined;
}

/** Reads a changelog with everything that it includes. `file` is relative to the search path `root`. */
export async function readChangelog(repository: Repository, root: string, file: string): Promise<Changelog> {
  const reading: Reading = { repository, root, changeSets: [], files: new Set(), properties: new Map(), unread: undefined };
  await readOne(reading, posix.normalize(file), undefined);
  const { changeSets, files, unread } = reading;
  return { changeSets, files: [...files], ...(unread === undefined ? {} : { unread }) };
}

async function readOne(reading: Reading, file: string, condition: string | undefined): Promise<void> {
  const path = posix.join(reading.root, file);
  if (reading.files.has(path) || reading.files.size >= MOST_FILES) {
    reading.unread ??= `${path} is included twice`;
    return;
  }
  const text = await reading.repository.read(path);
  if (text === undefined) {
    reading.unread ??= `${path} was not found`;
    return;
  }
  reading.files.add(path);
  try {
    const root = await rootOf(file, text);
    const elements = root.children.flatMap((each) => (each.name === "modifyChangeSets" ? each.children : [each]));
    const logical = root.attributes.get("logicalFilePath");
    for (const each of elements) await readElement(reading, each, { file, recorded: logical ?? file, condition });
  } catch (thrown) {
    reading.unread ??= `${path} cannot be read: ${messageOf(thrown).split("\n")[0]}`;
  }
}

async function rootOf(file: string, text: string): Promise<Element> {
  if (/\.sql$/i.test(file)) return elementsOfSql(text);
  if (/\.xml$/i.test(file)) return elementsOfXml(text);
  if (/\.(?:ya?ml|json)$/i.test(file)) return elementsOfYaml(text);
  throw new Error("its format is not known");
}

interface Place {
  readonly file: string;
  /** The path that the version table records. */
  readonly recorded: string;
  readonly condition: string | undefined;
}

async function readElement(reading: Reading, { name, attributes, children }: Element, place: Place): Promise<void> {
  const value = (key: string): string | undefined => withProperties(reading, attributes.get(key));
  if (name === "property") {
    const key = attributes.get("name");
    // Liquibase keeps the first value.
    if (key === undefined) reading.unread ??= `${place.file} reads properties from a file`;
    else if (!reading.properties.has(key)) reading.properties.set(key, attributes.get("value") ?? "");
  } else if (name === "include" || name === "includeAll") {
    const path = value(name === "include" ? "file" : "path");
    const isComputed =
      path === undefined || path.includes("${") || ["filter", "resourceComparator", "logicalFilePath"].some((key) => attributes.has(key));
    if (isComputed) {
      reading.unread ??= `${posix.join(reading.root, place.file)} computes what it includes`;
      return;
    }
    const from = attributes.get("relativeToChangelogFile") === "true" ? posix.dirname(place.file) : ".";
    const found = posix.normalize(posix.join(from, path.replace(/^classpath\*?:/, ""))).replace(/^(?:\.\.?\/|\/)+|\/+$/g, "");
    const condition = place.condition ?? conditionOf(attributes);
    if (name === "include") await readOne(reading, found, condition);
    else await readFolder(reading, found, attributes.get("endsWithFilter") ?? "", condition);
  } else if (name === "changeSet") {
    const [id, author, recorded = place.recorded] = [value("id"), value("author"), value("logicalFilePath")];
    if (id === undefined || author === undefined || `${id}${author}${recorded}`.includes("${")) {
      reading.unread ??= `${posix.join(reading.root, place.file)} computes the name of a change set`;
      return;
    }
    if (!runsOn(value("dbms")) || attributes.get("ignore") === "true") return;
    const condition = place.condition ?? conditionOf(attributes, children);
    const isMoved = ["runAlways", "runOrder"].some((key) => !["false", undefined].includes(attributes.get(key)));
    reading.changeSets.push({ id: `${recorded}::${id}::${author}`, isMoved, ...(condition === undefined ? {} : { condition }) });
  }
}

async function readFolder(reading: Reading, folder: string, ending: string, condition: string | undefined): Promise<void> {
  const inside = reading.root === "." ? "" : `${reading.root}/`;
  const found = await reading.repository.walk(posix.join(reading.root, folder));
  const changelogs = found.filter((path) => /\.(?:sql|xml|ya?ml|json)$/i.test(path) && path.endsWith(ending));
  if (changelogs.length === 0) reading.unread ??= `the folder ${posix.join(reading.root, folder)} has no changelogs`;
  for (const path of changelogs) await readOne(reading, path.slice(inside.length), condition);
}

function withProperties({ properties }: Reading, text: string | undefined): string | undefined {
  return text?.replaceAll(/\$\{([^}]+)\}/g, (all, name: string) => properties.get(name) ?? all);
}

/** Whether a change set is for Postgres. `dbms`: names with commas, `!` before those that are left out. */
function runsOn(dbms: string | undefined): boolean {
  const names = (dbms ?? "").split(",").map((name) => name.trim().toLowerCase());
  const wanted = names.filter((name) => name !== "" && !name.startsWith("!"));
  if (names.includes("!postgresql") || names.includes("none")) return false;
  return wanted.length === 0 || wanted.includes("postgresql") || wanted.includes("all");
}

/** What decides whether Liquibase runs a change set, beside this file. */
function conditionOf(attributes: ReadonlyMap<string, string>, children: readonly Element[] = []): string | undefined {
  if (["context", "contexts", "contextFilter"].some((key) => attributes.has(key))) return "contexts";
  if (["labels", "label"].some((key) => attributes.has(key))) return "labels";
  if (attributes.get("failOnError") === "false") return "failOnError";
  const conditions = children.filter(({ name }) => name === "preConditions");
  const continues = conditions.some(({ attributes: own }) =>
    ["onFail", "onError"].some((key) => own.get(key)?.toUpperCase() === "CONTINUE"),
  );
  return continues ? "preconditions" : undefined;
}
