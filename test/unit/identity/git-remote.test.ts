import { expect, test } from "vitest";
import { hostFromRemote, repositoryFromRemote } from "../../../src/identity/git-remote.ts";

test.each([
  ["git@github.com:acme/shop.git", "acme/shop"],
  ["github.com:acme/shop", "acme/shop"],
  ["https://github.com/acme/shop.git", "acme/shop"],
  ["https://github.com/acme/shop/", "acme/shop"],
  ["https://ada:secret@github.com/acme/shop.git", "acme/shop"],
  ["ssh://git@gitlab.com:2222/acme/platform/shop.git", "acme/platform/shop"],
  ["git://example.com/acme/shop", "acme/shop"],
  ["git@github.com:acme/shop.js.git\n", "acme/shop.js"],
])("the remote %j belongs to the repository %s", (remote, repository) => {
  expect(repositoryFromRemote(remote)).toBe(repository);
});

test.each([
  undefined,
  "",
  "/srv/git/shop.git",
  "../shop",
  "C:/code/acme/shop",
  "C:\\code\\acme\\shop",
  "file:///srv/git/shop.git",
  "https://github.com/shop",
])("%j is not a remote with a repository", (remote) => {
  expect(repositoryFromRemote(remote)).toBeUndefined();
});

test.each([
  ["git@github.com:acme/shop.git", "github.com"],
  ["https://ada:secret@GitLab.com/acme/shop.git", "gitlab.com"],
  ["ssh://git@ssh.dev.azure.com:22/v3/acme/shop", "ssh.dev.azure.com"],
  ["bitbucket.org:acme/shop.git", "bitbucket.org"],
  ["git://git.acme.example/shop", "git.acme.example"],
  ["../shop.git", undefined],
  ["/srv/git/acme.example/shop.git", undefined],
  ["", undefined],
])("the host of %s is %s", (remote, host) => {
  expect(hostFromRemote(remote)).toBe(host);
});
