/**
 * `owner/name` (or `group/subgroup/name`) from a git remote in any of its spellings: `https://`, `ssh://`, `git://`,
 * `git@host:owner/name.git`. Undefined for anything else, such as a local path. A login in the URL is dropped.
 */
export function repositoryFromRemote(remote: string | undefined): string | undefined {
  const path = /^(?:[a-z+]+:\/\/[^/]+\/|(?:\S+@[^/:\s]+|[^/:@\s]+\.[^/:@\s]+):\/?)([^\s?#]+)$/i.exec(remote?.trim() ?? "")?.[1];
  const repository = path?.replace(/\/+$/, "").replace(/\.git$/i, "");
  return repository?.includes("/") ? repository : undefined;
}

/** The host in a git remote, in lower case and without login and port; undefined for a local path. */
export function hostFromRemote(remote: string): string | undefined {
  const host = /^(?:[a-z+]+:\/\/(?:[^/@]*@)?|(?:[^/@\s]+@)?)([\w.-]+\.[\w-]+)(?::|\/)/i.exec(remote.trim())?.[1];
  return host?.toLowerCase();
}
