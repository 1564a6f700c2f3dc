import type { RenamedKind } from "./shape.ts";

/** An object that exists under another name than the expected one. */
export interface Rename {
  readonly kind: RenamedKind | "column";
  readonly from: string;
  readonly to: string;
  /** Each runs only while the object has its former name. */
  readonly sql: readonly string[];
}

export interface Found {
  readonly renames: readonly Rename[];
  /** Statements that may be right, when several objects fit: a person decides. */
  readonly possible: readonly string[];
}
