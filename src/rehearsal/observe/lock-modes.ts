/** The modes of a lock on a table, weakest first, as `pg_locks` writes them. */
export const LOCK_MODES = [
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** What somebody else does with a table: `read` needs ACCESS SHARE, `write` needs ROW EXCLUSIVE. */
export type Access = "read" | "write";

/** Which modes conflict with an access (PostgreSQL documentation, table "Conflicting Lock Modes"). */
const CONFLICTS: Readonly<Record<Access, ReadonlySet<LockMode>>> = {
  read: new Set<LockMode>(["AccessExclusiveLock"]),
  write: new Set<LockMode>(["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]),
};

export function blocks(mode: LockMode, access: Access): boolean {
  return CONFLICTS[access].has(mode);
}

export function isLockMode(text: string): text is LockMode {
  return LOCK_MODES.some((mode) => mode === text);
}

/** The stronger of two modes. */
export function stronger(one: LockMode | undefined, other: LockMode): LockMode {
  return one !== undefined && LOCK_MODES.indexOf(one) >= LOCK_MODES.indexOf(other) ? one : other;
}

/** `ACCESS EXCLUSIVE`, as the documentation writes a mode. */
export function modeName(mode: LockMode): string {
  return mode
    .replace(/Lock$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}
