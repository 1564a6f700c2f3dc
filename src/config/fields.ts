import type { Field } from "./field.ts";
import { MIGRATION_FIELDS } from "./migration-fields.ts";
import { PROVIDER_FIELDS } from "./provider-fields.ts";
import { REHEARSE_FIELDS } from "./rehearse-fields.ts";
import { WORK_FIELDS } from "./work-fields.ts";

export type { Field } from "./field.ts";

/**
 * All settings. These tables are the only places that define them: the file format, the environment variables, the
 * flags, the table in the README and the JSON Schema are derived from them.
 */
export const FIELDS = [...PROVIDER_FIELDS, ...MIGRATION_FIELDS, ...WORK_FIELDS, ...REHEARSE_FIELDS] as const;

type Row = (typeof FIELDS)[number];

/** Key path of a setting, such as `neon.parent`. */
export type Path = Row["path"];
export type RowOf<P extends Path> = Extract<Row, { readonly path: P }>;

const BY_PATH: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field: Field) => [[field.path, field] as const, ...(field.short === undefined ? [] : [[field.short, field] as const])]),
);

/** The setting at a key path or at its short form. Undefined if no setting has this key. */
export function fieldAt(path: string): (Field & { readonly path: Path }) | undefined {
  return BY_PATH.get(path) as (Field & { readonly path: Path }) | undefined;
}

/** Full paths of the keys that a section can contain. `""` is the top level. */
export function keysBelow(section: string): readonly string[] {
  const start = section === "" ? "" : `${section}.`;
  const below = FIELDS.filter(({ path }) => path.startsWith(start));
  return [...new Set(below.map(({ path }) => start + path.slice(start.length).split(".")[0]))];
}

/** Environment variables of a setting, such as `OFFSHOOT_NEON_PARENT_AT` for `neon.parentAt`. The first one that is set is used. */
export function variablesOf(field: Field): readonly string[] {
  const own = field.path.replaceAll(/[A-Z]/g, "_$&").replaceAll(".", "_").toUpperCase();
  return [`OFFSHOOT_${own}`, ...(field.aliases ?? [])];
}
