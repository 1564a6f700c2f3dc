/**
 * The repository of a git remote, as `owner/name` or `group/subgroup/name`. Accepts `https://`, `ssh://` and `git://` URLs
 * and `git@host:owner/name.git`. Undefined for anything else, such as a local path. A login in the URL is removed.
 */
export function repositoryFromRemote(remote: string | undefined): string | undefined {
  const path = /^(?:[a-z+]+:\/\/[^/]+\/|(?:\S+@[^/:\s]+|[^/:@\s]+\.[^/:@\s]+):\/?)([^\s?#]+)$/i.exec(remote?.trim() ?? "")?.[1];
  const repository = path?.replace(/\/+$/, "").replace(/\.git$/i, "");
  return repository?.includes("/") ? repository : undefined;
}

/** The host of a git remote, in lower case, without login and port. Undefined for a local path. */
export function hostFromRemote(remote: string): string | undefined {
  const host = /^(?:[a-z+]+:\/\/(?:[^/@]*@)?|(?:[^/@\s]+@)?)([\w.-]+\.[\w-]+)(?::|\/)/i.exec(remote.trim())?.[1];
  return host?.toLowerCase();
}
