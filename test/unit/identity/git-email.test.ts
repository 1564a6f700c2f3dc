import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GitPlaces, readGitEmail } from "../../../src/identity/git-email.ts";

let folder: string;
let env: Record<string, string>;
let checkout: NonNullable<GitPlaces["checkout"]>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "offshoot-email-"));
  env = { HOME: join(folder, "home"), PATH: process.env["PATH"] ?? "" };
  mkdirSync(join(folder, "home/.config/git"), { recursive: true });
  execFileSync("git", ["init", "--quiet", "top"], { cwd: folder, env });
  const git = join(folder, "top/.git");
  checkout = { top: join(folder, "top"), head: git, config: git };
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (): string => spawnSync("git", ["config", "--get", "user.email"], { cwd: checkout.top, env, encoding: "utf8" }).stdout.trim();
const read = (more: Readonly<Record<string, string>> = {}): Promise<string | undefined> =>
  readGitEmail({ checkout, userId: process.geteuid?.() }, { ...env, ...more });
const CORE = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n";
const write = (local: string, global = "", xdg = ""): void => {
  writeFileSync(join(checkout.config, "config"), CORE + local);
  writeFileSync(join(folder, "home/.gitconfig"), global);
  writeFileSync(join(folder, "home/.config/git/config"), xdg);
};

test.each([
  ["of the checkout", "[user]\n\temail = ada@one.example\n", "[user]\n\temail = ada@two.example\n", "", "ada@one.example"],
  ["of the person", "", "[user]\n\tname = Ada\n\temail=ada@two.example\n", "[user]\nemail = x@three.example\n", "ada@two.example"],
  ["of the folder for settings", "", "", "[User]\r\n\tEmail = ada@three.example\r\n", "ada@three.example"],
  ["that comes last", "[user]\nemail = a@b.c\n[core]\neditor = vi\n[user]\nemail = d@e.f\n", "", "", "d@e.f"],
])("reads the address %s", async (_, local, global, xdg, expected) => {
  write(local, global, xdg);
  expect([await read(), ask()]).toEqual([expected, expected]);
});

test.each([
  ["an include", "[include]\n\tpath = other\n[user]\nemail = a@b.c\n"],
  ["quotes", '[user]\n\temail = "a@b.c"\n'],
  ["a comment after the address", "[user]\n\temail = a@b.c # mine\n"],
  ["a key beside the section", "[user] email = a@b.c\n"],
  ["a continued line", "[user]\n\tname = a\\\nemail = a@b.c\n"],
  ["a configuration for one worktree", "[extensions]\n\tworktreeConfig = true\n[user]\nemail = a@b.c\n"],
  ["no address", ""],
])("leaves %s to git", async (_, local) => {
  write(local);
  expect(await read()).toBeUndefined();
});

test("leaves variables of git, and a checkout of another user, to git", async () => {
  write("[user]\nemail = a@b.c\n");
  expect(await read({ GIT_CONFIG_COUNT: "0" })).toBeUndefined();
  expect(await read({ HOME: "" })).toBeUndefined();
  expect(await readGitEmail({ checkout, userId: 4711 }, env)).toBeUndefined();
  expect(await read()).toBe("a@b.c");
});

const PARTS = [
  "[user]",
  '[user "x"]',
  "[User]",
  "[include]",
  "[core]",
  "email",
  "= ",
  "a@b.c",
  "d@e.f",
  '"',
  "\\",
  "\n",
  "\n\t",
  " ",
  "#",
  ";",
  "name",
  "true",
  "\r\n",
  "é",
];

test("never reads another address than git", { timeout: 60_000 }, async () => {
  const text = fc
    .array(fc.oneof(fc.constantFrom(...PARTS), fc.constant("\n[user]\n\temail = a@b.c\n")), { maxLength: 12 })
    .map((parts) => parts.join(""));
  const property = fc.asyncProperty(text, text, async (local, global) => {
    write(local, global);
    const own = await read();
    // git fails for a file that it cannot read, and then prints nothing.
    return own === undefined || [own, ""].includes(ask());
  });
  await expect(fc.assert(property, { numRuns: 200, seed: 1 })).resolves.toBeUndefined();
});
