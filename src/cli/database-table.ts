import { NAME_PREFIX } from "../identity/owner-tag.ts";
import { formatAge } from "../moment.ts";
import type { Listed } from "../providers/provider.ts";
import { namedTable } from "./tables.ts";

const HEADER = ["OWNER", "AGE", "USED", "SIZE", "EXPIRES", "PROVIDER", "ID"] as const;

/** How the names of copies and unfinished databases start on a server. */
const SCRATCH = "offshoot_scratch_";

/** Longest owner that is shown. The names of people have a hash at their end, which `--json` shows. */
const LONGEST_OWNER = 12;

/**
 * The databases as a table: whose each one is, how old, how long ago it was used, its size, when it expires, and where it is.
 * `width`: the columns of the terminal; undefined: no limit. Where a row would be wider, the name has a row of its own.
 */
export function databaseTable(listed: readonly Listed[], now: Date, width: number | undefined): readonly string[] {
  const rows = listed.map((one) => {
    const name = withoutPrefix(distinctName(one));
    return { name, cells: row(one, one.readAt ?? now) };
  });
  return namedTable("DATABASE", HEADER, rows, width);
}

function withoutPrefix(name: string): string {
  return name.startsWith(NAME_PREFIX) ? name.slice(NAME_PREFIX.length) : name;
}

/** A copy of a database has its tag, and so its name. Then the name on the server shows which one it is. */
export function distinctName({ id, name }: Pick<Listed, "id" | "name">): string {
  const own = id.split("/").at(-1) ?? "";
  return own.startsWith(SCRATCH) ? `${name} (copy ${own.slice(SCRATCH.length, SCRATCH.length + 8)})` : name;
}

function row({ provider, id, tag, kind, ...facts }: Listed, now: Date): readonly string[] {
  const since = (date: Date | undefined): string => (date === undefined ? "-" : formatAge(now.getTime() - date.getTime()));
  const state = facts.broken ? "broken" : facts.deleting === true ? "deleting" : undefined;
  const left = state ?? (facts.expiresAt === undefined ? "never" : untilText(facts.expiresAt.getTime() - now.getTime()));
  const used = (facts.sessions ?? 0) > 0 ? "now" : since(facts.lastUsedAt);
  return [ownerOf(tag, kind), since(facts.createdAt), used, sizeOf(facts.sizeBytes), left, provider, placeOf(id)];
}

export function untilText(ms: number): string {
  return ms <= 0 ? "expired" : `in ${formatAge(ms)}`;
}

/** A Neon branch id as it is. Of a database on a server, the server: the name of the database follows from the run. */
function placeOf(id: string): string {
  return id.split("/")[0] ?? id;
}

/** A database without our tag belongs to somebody else. A CI's databases have no owner. */
function ownerOf(tag: Listed["tag"], kind: Listed["kind"]): string {
  if (tag === undefined) return "not ours";
  if (kind === "base") return "all runs";
  return tag.owner === undefined ? "CI" : tag.owner.replace(/-[0-9a-f]{8}$/, "").slice(0, LONGEST_OWNER);
}

function sizeOf(bytes: number | undefined): string {
  if (bytes === undefined) return "-";
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1000 ? `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MB` : `${(mebibytes / 1024).toFixed(1)} GB`;
}
