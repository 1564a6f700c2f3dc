import type { OwnerTag } from "../../identity/owner-tag.ts";

/**
 * A clone expires with its run's database, whose expiry can have been moved since the clone was made: by `extend`, by `up`, and
 * while a run uses it. The returned function gives the tag of a clone the later of both. `all`: the tags of one server. What a
 * failed test kept has an expiry of its own: a database that is renewed each day would keep it for ever.
 */
export function withRunExpiry(all: readonly (OwnerTag | undefined)[]): (tag: OwnerTag) => OwnerTag {
  const ofRuns = new Map<string, string>();
  for (const tag of all)
    if (tag?.kind === "run" && tag.clone === undefined && tag.expires !== undefined) ofRuns.set(keyOf(tag), tag.expires);
  return (tag) => {
    if (tag.clone === undefined || tag.kept !== undefined || tag.expires === undefined) return tag;
    const expires = ofRuns.get(keyOf(tag));
    return expires !== undefined && Date.parse(expires) > Date.parse(tag.expires) ? { ...tag, expires } : tag;
  };
}

function keyOf({ repository, run }: OwnerTag): string {
  return JSON.stringify([repository, run]);
}
