import { namesIn } from "../sql/names.ts";
import { tokensOf } from "../../postgres/sql/tokens.ts";

/** How a migration tool records its progress in the database. */
export interface RevisionRecords {
  /** The version table as the tool names it, with or without a schema. */
  readonly table: string;
  readonly ids: ReadonlySet<string>;
}

/** A statement that is longer does not record a migration. */
const LONGEST = 8192;
/** A record at the end of a message can be followed by a commit, and settings. */
const LAST_STATEMENTS = 6;

/**
 * The migration whose record a statement writes. `parameters` are those of a Bind message, as texts: they are compared with
 * the ids of the repository's migrations, and not kept. Pure.
 */
export function markIn(sql: string, parameters: readonly string[], { table, ids }: RevisionRecords): string | undefined {
  const mark = markOf(sql, parameters, { table, ids });
  if (mark !== undefined) return mark;
  // A tool can send a whole file in one message, with the record at its end.
  const last = sql.slice(-LONGEST).split(";").slice(-LAST_STATEMENTS).toReversed();
  return last.map((each) => markOf(each, [], { table, ids })).find((each) => each !== undefined);
}

function markOf(sql: string, parameters: readonly string[], { table, ids }: RevisionRecords): string | undefined {
  if (sql.length > LONGEST || !/^\s*(?:insert|update|with|merge)\b/i.test(sql)) return undefined;
  const name = table.slice(table.lastIndexOf(".") + 1).replaceAll('"', "");
  if (!sql.toLowerCase().includes(name.toLowerCase())) return undefined;
  const tokens = tokensOf(sql);
  if (!namesIn(tokens).some((parts) => parts.at(-1)?.toLowerCase() === name.toLowerCase())) return undefined;
  const literals = tokens.flatMap(({ kind, text }) => (kind === "string" ? [valueOf(text)] : kind === "number" ? [text] : []));
  const values = [...literals, ...parameters];
  return values.find((value) => ids.has(value)) ?? idOfParts(values, ids);
}

/** Liquibase writes it before the path of a file, and the ids of the repository's change sets do not have it. */
const CLASSPATH = /^classpath[*]?:\/*/;

/** Django records the app and the name of a migration in two columns, and Liquibase the file, the id and the author in three. */
function idOfParts(values: readonly string[], ids: ReadonlySet<string>): string | undefined {
  return [...ids].find((id) => {
    const parts = id.includes("::") ? id.split("::") : splitOnce(id, ".");
    return parts.length > 1 && parts.every((part) => values.some((value) => value.replace(CLASSPATH, "") === part));
  });
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The value of a text in quotes, or in dollar quotes, as the tool `sql` writes its records. */
function valueOf(text: string): string {
  const [tag] = /^\$[^$]*\$/.exec(text) ?? [];
  return tag === undefined ? text.replace(/^[^']*'|'$/g, "").replaceAll("''", "'") : text.slice(tag.length, -tag.length);
}

/** The parameters of a Bind message as texts (PostgreSQL documentation, "Message Formats"). Whole numbers can be binary. */
export function parametersOf(body: Buffer): readonly string[] {
  let at = body.indexOf(0) + 1;
  at = body.indexOf(0, at) + 1;
  if (at < 2 || at + 2 > body.length) return [];
  const formats = Array.from({ length: body.readUInt16BE(at) }, (_, index) =>
    at + 4 + index * 2 <= body.length ? body.readUInt16BE(at + 2 + index * 2) : 0,
  );
  at += 2 + formats.length * 2;
  const values: string[] = [];
  if (at + 2 > body.length) return [];
  const count = body.readUInt16BE(at);
  at += 2;
  for (let index = 0; index < count && at + 4 <= body.length; index += 1) {
    const size = body.readInt32BE(at);
    at += 4;
    if (size < 0 || at + size > body.length) continue;
    const bytes = body.subarray(at, at + size);
    at += size;
    const isBinary = (formats.length === 1 ? formats[0] : formats[index]) === 1;
    if (isBinary && size === 8) values.push(String(bytes.readBigInt64BE()));
    else if (isBinary && size === 4) values.push(String(bytes.readInt32BE()));
    values.push(bytes.toString());
  }
  return values;
}
