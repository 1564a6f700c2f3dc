import { execFileSync } from "node:child_process";
import { cp, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readCheckout } from "../../../src/identity/checkout.ts";
import { checkoutMark, type LocalClone, readLocalClone } from "../../../src/identity/worktrees.ts";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let made = 0;

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "offshoot-worktrees-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const env = { PATH: process.env["PATH"] ?? "", HOME: tmpdir() };
const git = (cwd: string, ...args: readonly string[]): void =>
  void execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], { cwd, env, stdio: "pipe" });

/** A clone with one commit on `main`. */
async function newClone(...options: readonly string[]): Promise<string> {
  const top = join(folder, `clone-${(made += 1)}`);
  git(folder, "init", "--quiet", "--initial-branch=main", ...options, top);
  return top;
}

const commit = (top: string): void => git(top, "commit", "--quiet", "--allow-empty", "-m", "first");

async function markOf(cwd: string): Promise<string> {
  const { git: own, top } = await readCheckout(cwd);
  const mark = own === undefined ? undefined : await checkoutMark(own, top);
  if (mark === undefined) throw new Error("no mark");
  return mark;
}

async function stateOf(cwd: string): Promise<LocalClone> {
  const { git: own, top } = await readCheckout(cwd);
  const state = own === undefined ? undefined : await readLocalClone(own, top, env, AbortSignal.timeout(20_000));
  if (state === undefined) throw new Error("no clone");
  return state;
}

const worktreeOf = (mark: string): string => mark.slice(17);

test("the worktrees of one clone have one first half and second halves of their own", async () => {
  const top = await newClone();
  commit(top);
  git(top, "worktree", "add", "--quiet", `${top}-feature`);
  const [main, feature] = [await markOf(top), await markOf(`${top}-feature`)];
  expect(main).toMatch(/^[0-9a-f]{16}-[0-9a-f]{16}$/);
  expect(feature.slice(0, 16)).toBe(main.slice(0, 16));
  expect(feature).not.toBe(main);
  for (const place of [top, `${top}-feature`]) {
    const state = await stateOf(place);
    expect(state.clone).toBe(main.slice(0, 16));
    expect([...state.worktrees].toSorted()).toEqual([worktreeOf(main), worktreeOf(feature)].toSorted());
    expect([...(state.branches ?? [])].toSorted()).toEqual([`clone-${made}-feature`, "main"]);
  }
});

test("a worktree counts until git removes it, also when its folder was moved or is missing", async () => {
  const top = await newClone();
  commit(top);
  for (const name of ["moved", "missing", "removed"]) git(top, "worktree", "add", "--quiet", `${top}-${name}`);
  const marks = await Promise.all(["moved", "missing", "removed"].map((name) => markOf(`${top}-${name}`)));
  git(top, "worktree", "move", `${top}-moved`, `${top}-elsewhere`);
  await rm(`${top}-missing`, { recursive: true });
  git(top, "worktree", "remove", `${top}-removed`);
  const exists = async (): Promise<readonly boolean[]> => {
    const { worktrees } = await stateOf(top);
    return marks.map((mark) => worktrees.has(worktreeOf(mark)));
  };
  expect(await exists()).toEqual([true, true, false]);
  expect(await markOf(`${top}-elsewhere`)).toBe(marks[0]);
  git(top, "worktree", "prune");
  expect(await exists()).toEqual([true, false, false]);
});

test("a moved clone keeps its mark, and a copied one gets another", async () => {
  const top = await newClone();
  commit(top);
  const mark = await markOf(top);
  await cp(top, `${top}-copy`, { recursive: true });
  expect((await markOf(`${top}-copy`)).slice(0, 16)).not.toBe(mark.slice(0, 16));
  await rename(top, `${top}-moved`);
  expect(await markOf(`${top}-moved`)).toBe(mark);
});

test("the worktrees of a copied clone that were never used there do not have the mark of the original", async () => {
  const top = await newClone();
  commit(top);
  const mark = await markOf(top);
  await cp(top, `${top}-copy`, { recursive: true });
  git(`${top}-copy`, "worktree", "add", "--quiet", `${top}-copy-feature`);
  expect((await markOf(`${top}-copy-feature`)).slice(0, 16)).not.toBe(mark.slice(0, 16));
});

test("the worktrees of a bare clone share its mark, and those of its copy have none", async () => {
  const source = await newClone();
  commit(source);
  const bare = join(folder, "bare.git");
  git(folder, "clone", "--quiet", "--bare", source, bare);
  for (const name of ["one", "two"]) git(bare, "worktree", "add", "--quiet", join(folder, `bare-${name}`), "-b", name);
  const [one, two] = [await markOf(join(folder, "bare-one")), await markOf(join(folder, "bare-two"))];
  expect(one.slice(0, 16)).toBe(two.slice(0, 16));
  await cp(bare, join(folder, "copy.git"), { recursive: true });
  git(join(folder, "copy.git"), "worktree", "add", "--quiet", join(folder, "copy-three"), "-b", "three");
  await expect(markOf(join(folder, "copy-three"))).rejects.toThrow("no mark");
});

test("the worktrees of a submodule share the mark of the submodule", async () => {
  const [source, top] = [await newClone(), await newClone()];
  commit(source);
  git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, "part");
  const part = join(top, "part");
  const mark = await markOf(part);
  git(part, "worktree", "add", "--quiet", `${top}-part`);
  expect((await markOf(`${top}-part`)).slice(0, 16)).toBe(mark.slice(0, 16));
  expect(await markOf(part)).toBe(mark);
  expect((await stateOf(`${top}-part`)).worktrees.has(worktreeOf(mark))).toBe(true);
});

test("a branch before its first commit exists, packed branches do, and a deleted one does not", async () => {
  const top = await newClone();
  await markOf(top);
  expect([...((await stateOf(top)).branches ?? [])]).toEqual(["main"]);
  commit(top);
  git(top, "branch", "topic/one");
  git(top, "branch", "topic/two");
  git(top, "pack-refs", "--all");
  git(top, "branch", "--quiet", "-D", "topic/two");
  git(top, "checkout", "--quiet", "--orphan", "fresh");
  expect([...((await stateOf(top)).branches ?? [])].toSorted()).toEqual(["fresh", "main", "topic/one"]);
});

test("where git cannot list the branches, none counts as deleted", async () => {
  const top = await newClone();
  await markOf(top);
  await writeFile(join(top, ".git/config"), "[core\n");
  expect((await stateOf(top)).branches).toBeUndefined();
});
