import type { Node } from "./dependency-graph.ts";
import type { Statement } from "./step.ts";

/** What happens to one object at one point of the order. */
export interface Operation extends Node {
  /** `drop` and `make` of one object are two: what depends on it goes and comes between them. */
  readonly way: "drop" | "make";
  readonly statements: readonly Statement[];
  /** Key of what it is dropped along with. */
  readonly along?: string | undefined;
  /** The changes that it is for. */
  readonly causes: Set<string>;
}
