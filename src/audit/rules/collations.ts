import { finding, type Check } from "./rule.ts";

/** Collations whose library has another version than the one that the indexes were built with. */
export const collations: Check = ({ state }) =>
  state.collations.map(({ object, recorded, actual }) => finding("collation-stale", object, { recorded, actual }));
