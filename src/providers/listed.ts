import type { OwnerTag } from "../identity/owner-tag.ts";
import type { ProviderName } from "./refusal.ts";

/** A database whose name begins with our prefix. */
export interface Listed {
  readonly provider: ProviderName;
  readonly id: string;
  /** The page of the database in the provider's console, if it has one. */
  readonly consoleUrl?: string | undefined;
  readonly name: string;
  readonly kind: "run" | "base" | "foreign";
  /** Undefined when the tag is missing or unreadable: offshoot must not delete such a database. */
  readonly tag: OwnerTag | undefined;
  readonly createdAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  /** Number of open sessions; undefined when the provider does not know it. */
  readonly sessions: number | undefined;
  readonly sizeBytes: number | undefined;
  /** Why it must never be deleted, at any age: default branch, protected, or has children. */
  readonly guarded: string | undefined;
  /** Id of its parent, when children must be deleted before parents. */
  readonly parentId: string | undefined;
  /** When this was read, by the clock that its times are measured by. Undefined: by the clock of this machine. */
  readonly readAt?: Date | undefined;
  /** True when its creation failed or its deletion was interrupted, and no job can use it. */
  readonly broken: boolean;
  /** True while a process deletes it. Undefined when the provider does not know it. */
  readonly deleting?: boolean | undefined;
}
