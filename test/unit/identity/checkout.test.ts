import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCheckout } from "../../../src/identity/checkout.ts";

let folder: string;
const git = (...args: readonly string[]): void => {
  const env = { PATH: process.env["PATH"], HOME: folder };
  execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], {
    cwd: join(folder, "shop"),
    env,
    stdio: "pipe",
  });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-checkout-"));
  execFileSync("git", ["init", "--quiet", join(folder, "shop")]);
  await writeFile(join(folder, "shop/a"), "");
  git("add", ".");
  git("commit", "--quiet", "-m", "first");
  git("worktree", "add", "--quiet", join(folder, "one"), "-b", "work/one");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("without a remote, a worktree has the name of its main checkout, so that a sweep there finds its databases", async () => {
  const [main, worktree] = await Promise.all([readCheckout(join(folder, "shop")), readCheckout(join(folder, "one"))]);
  expect([main.folder, worktree.folder]).toEqual(["shop", "shop"]);
  expect([main.repository, worktree.repository]).toEqual([undefined, undefined]);
  expect(worktree.branch).toBe("work/one");
});
