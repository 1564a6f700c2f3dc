/** An object by its kind and its name, such as a role or a tablespace. */
export interface NamedObject {
  readonly kind: string;
  readonly name: string;
}

/** What production has and a copy does not, as far as it is known. */
export interface Lacks {
  /** The server of the copy is not made after production: its roles and other objects of the server are its own. */
  readonly isOtherServer: boolean;
  /** Objects that the original has, and the copy does not have by these names. */
  readonly objects: readonly NamedObject[];
  /** Rights of the original's role that the role of the copy does not have, such as `superuser`. */
  readonly powers: readonly string[];
  /** Whether parts of the original could not be restored. */
  readonly isPartial: boolean;
  /** What reaches other systems and was disabled in the copy, such as `foreign server billing`. Default nothing. */
  readonly disabled?: readonly string[] | undefined;
}

/** A copy that has everything of production. */
export const LACKS_NOTHING: Lacks = { isOtherServer: false, objects: [], powers: [], isPartial: false };
