import type { Repository } from "./repository.ts";
import { plainFolder } from "./scripts.ts";

const CONFIGURATIONS = ["flyway.toml", "flyway.conf", "conf/flyway.conf"];

/** What Flyway's configuration sets. Undefined parts are Flyway's defaults. */
export interface FlywaySettings {
  /** The file of the configuration, if there is one. */
  readonly file: string | undefined;
  /** Folders relative to the repository. Undefined: it sets none, or none on this file system. */
  readonly folders: readonly string[] | undefined;
  readonly table: string | undefined;
  /** The schema of its table. */
  readonly schema: string | undefined;
}

/** The settings of the environment (`FLYWAY_LOCATIONS`) and of the configuration, in this order. Documentation: Flyway, "Parameters". */
export async function flywaySettings(repository: Repository): Promise<FlywaySettings> {
  const file = await repository.first(...CONFIGURATIONS);
  const text = file === undefined ? "" : ((await repository.read(file)) ?? "");
  const setting = (key: string): string | undefined => {
    const name = `FLYWAY_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    return nonBlank(repository.env?.[name]) ?? nonBlank(file?.endsWith(".toml") === true ? tomlSetting(text, key) : confSetting(text, key));
  };
  const locations = setting("locations")?.split(",").flatMap(folderOf);
  return {
    file,
    folders: locations === undefined || locations.length === 0 ? undefined : locations,
    table: setting("table"),
    schema: setting("defaultSchema") ?? setting("schemas")?.split(",")[0]?.trim(),
  };
}

/** A place in a program is one of its resources. Other places, such as `s3:`, are not in the repository. */
function folderOf(location: string): readonly string[] {
  const [, kind = "filesystem", path = ""] = /^\s*(?:(\w+):)?(.*?)\s*$/.exec(location) ?? [];
  if (kind === "classpath") return [plainFolder(`src/main/resources/${path.replace(/^\/+/, "")}`)];
  return kind === "filesystem" && !path.startsWith("/") && !/[*?$]/.test(path) ? [plainFolder(path)] : [];
}

function confSetting(text: string, key: string): string | undefined {
  return new RegExp(`^[ \\t]*flyway\\.${key}[ \\t]*=[ \\t]*(.*?)[ \\t\\r]*$`, "m").exec(text)?.[1];
}

/** A text, or a list of texts, of the table `flyway`. */
function tomlSetting(text: string, key: string): string | undefined {
  const body = /^\[flyway\][ \t]*\r?\n([^]*?)(?=^\[|(?![^]))/m.exec(text)?.[1] ?? "";
  const value = new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*(\\[[^\\]]*\\]|"[^"\\n]*"|'[^'\\n]*')`, "m").exec(body)?.[1] ?? "";
  return [...value.matchAll(/["']([^"'\n]*)["']/g)].map(([, part = ""]) => part).join(",");
}

function nonBlank(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}
