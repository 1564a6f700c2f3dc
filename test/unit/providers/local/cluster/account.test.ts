import { expect, test } from "vitest";
import { parseAccount } from "../../../../../src/providers/local/cluster/account.ts";

const ROOT = "root:x:0:0:root:/root:/bin/bash";
const NOBODY = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
const POSTGRES = "postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash";

test.each([
  ["the user postgres where there is one", [ROOT, NOBODY, POSTGRES], { name: "postgres", uid: 101, gid: 104 }],
  ["else nobody", [ROOT, NOBODY], { name: "nobody", uid: 65534, gid: 65534 }],
  ["never another root", [ROOT, "postgres:x:0:0::/:/bin/sh", NOBODY], { name: "nobody", uid: 65534, gid: 65534 }],
  ["nobody at all on a bare image", [ROOT], undefined],
] as const)("%s", (_title, lines, expected) => {
  expect(parseAccount(`${lines.join("\n")}\n`)).toEqual(expected);
});
