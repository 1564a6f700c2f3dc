import { expect, test } from "vitest";
import { canBeSameServer, serverOfUrl } from "../../../src/identity/service-key.ts";

test.each([
  ["https://github.com", "github.com"],
  ["https://GitHub.acme.example/", "github.acme.example"],
  ["https://gitlab.acme.example:8443/gitlab/", "gitlab.acme.example:8443/gitlab"],
  ["https://dev.azure.com/acme/", "dev.azure.com/acme"],
  ["not a URL", undefined],
  [undefined, undefined],
])("the server of %s is %s", (url, server) => {
  expect(serverOfUrl(url)).toBe(server);
});

test("servers are compared by host, and an unknown one can be any", () => {
  expect(canBeSameServer("gitlab.acme.example:8443/gitlab", "gitlab.acme.example")).toBe(true);
  expect(canBeSameServer(undefined, "github.com")).toBe(true);
  expect(canBeSameServer("gitlab.com", "github.com")).toBe(false);
});
