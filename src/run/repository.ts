/**
 * `owner/name` (or `group/subgroup/name`) from a git remote in any of its spellings: `https://`, `ssh://`, `git://`,
 * `git@host:owner/name.git`. Undefined for anything else, such as a local path. A login in the URL is dropped.
 */
export function repositoryFromRemote(remote: string | undefined): string | undefined {
  const path = /^(?:[a-z+]+:\/\/[^/]+\/|(?:\S+@[^/:\s]+|[^/:@\s]+\.[^/:@\s]+):\/?)([^\s?#]+)$/i.exec(remote?.trim() ?? "")?.[1];
  const repository = path?.replace(/\/+$/, "").replace(/\.git$/i, "");
  return repository?.includes("/") ? repository : undefined;
}
