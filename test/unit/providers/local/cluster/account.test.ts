import { expect, test } from "vitest";
import { parseAccount } from "../../../../../src/providers/local/cluster/account.ts";

const ROOT = "root:x:0:0:root:/root:/bin/bash";
const NOBODY = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
const POSTGRES = "postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash";

test.each([
  ["the account is the user postgres if it exists", [ROOT, NOBODY, POSTGRES], { name: "postgres", uid: 101, gid: 104 }],
  ["the account is nobody when there is no user postgres", [ROOT, NOBODY], { name: "nobody", uid: 65534, gid: 65534 }],
  [
    "a user postgres with the id of root does not count",
    [ROOT, "postgres:x:0:0::/:/bin/sh", NOBODY],
    { name: "nobody", uid: 65534, gid: 65534 },
  ],
  ["there is no account when root is the only user", [ROOT], undefined],
] as const)("%s", (_title, lines, expected) => {
  expect(parseAccount(`${lines.join("\n")}\n`)).toEqual(expected);
});
