import { expect, test } from "vitest";
import { repeatFlags } from "../../../src/cli/repeat-flags.ts";

test.each([
  ["npx offshoot down", "npx offshoot down --run a --config b.yaml"],
  [
    "`npx offshoot down`, then `npx offshoot up --migrate`",
    "`npx offshoot down --run a --config b.yaml`, then `npx offshoot up --run a --config b.yaml --migrate`",
  ],
  ["Delete it: npx offshoot down --run other", "Delete it: npx offshoot down --config b.yaml --run other"],
  ["run `offshoot migrate --retry`", "run `offshoot migrate --run a --config b.yaml --retry`"],
  [
    "Use `offshoot down` and then `offshoot up` to get one",
    "Use `offshoot down --run a --config b.yaml` and then `offshoot up --run a --config b.yaml` to get one",
  ],
  ["npx offshoot run -- npm test -- --run x", "npx offshoot run --run a --config b.yaml -- npm test -- --run x"],
  ["npx offshoot clone one --run k -c mine.yaml", "npx offshoot clone one --run k -c mine.yaml"],
  ["list existing databases with `npx offshoot list`", "list existing databases with `npx offshoot list --config b.yaml`"],
  [
    "Its URL:  npx offshoot url, or: npx offshoot env --write .env",
    "Its URL:  npx offshoot url --run a --config b.yaml, or: npx offshoot env --run a --config b.yaml --write .env",
  ],
  [
    "Start again: npx offshoot down. Or use another --run.",
    "Start again: npx offshoot down --run a --config b.yaml. Or use another --run.",
  ],
  ["npx offshoot rollback-check", "npx offshoot rollback-check --run a --config b.yaml"],
  ["npx offshoot psql --run=k", "npx offshoot psql --config b.yaml --run=k"],
])("%s is advised as %s", (text, expected) => {
  expect(repeatFlags({ run: "a", config: "b.yaml" })(text)).toBe(expected);
});

test.each([
  "The database was kept because `offshoot up` was called for its run.",
  "`offshoot run` created the branch.",
  "npx offshoot init",
  "npx offshoot downtown",
  "add offshoot down to it",
])("%s stays as it is", (text) => {
  expect(repeatFlags({ run: "a", config: "b.yaml" })(text)).toBe(text);
});

test("without flags no text changes, and a name is quoted for the shell", () => {
  expect(repeatFlags({})("npx offshoot down")).toBe("npx offshoot down");
  expect(repeatFlags({ name: "a b;c" })("npx offshoot down")).toBe("npx offshoot down --run 'a b;c'");
});
