import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadSettings } from "../../../src/config/load.ts";
import { inFolder } from "../../support/folder.ts";
import { failureOf, loadText as load } from "./scratch.ts";

const loadIn = async (
  files: Readonly<Record<string, string>>,
  below: string,
  named?: string,
): Promise<readonly [string | undefined, string | undefined, string | undefined]> =>
  inFolder(files, async (root) => {
    await mkdir(join(root, below), { recursive: true });
    const { settings, sources, file } = await loadSettings({ cwd: join(root, below), env: {}, file: named });
    return [settings.run, sources["run"]?.where, file?.slice(root.length + 1)];
  });

describe("the configuration file", () => {
  test.each<[string, Readonly<Record<string, string>>, string, readonly [string | undefined, string, string | undefined]]>([
    ["is found in the current folder", { "offshoot.yaml": "run: a" }, ".", ["a", "offshoot.yaml:1", "offshoot.yaml"]],
    ["can end in .yml", { "offshoot.yml": "run: a" }, ".", ["a", "offshoot.yml:1", "offshoot.yml"]],
    [
      "is the nearest one between the current folder and the git root",
      { ".git/HEAD": "", "offshoot.yaml": "run: far", "a/offshoot.yml": "\nrun: near" },
      "a/b",
      ["near", `${join("..", "offshoot.yml")}:2`, join("a", "offshoot.yml")],
    ],
    [
      "is found at the git root",
      { ".git": "gitdir: x", "offshoot.yaml": "run: root" },
      "a/b",
      ["root", `${join("..", "..", "offshoot.yaml")}:1`, "offshoot.yaml"],
    ],
    ["is not searched above the git root", { "offshoot.yaml": "run: above", "a/.git/HEAD": "" }, "a/b", [undefined, "default", undefined]],
    [
      "is not searched above the current folder outside of a git repository",
      { "offshoot.yaml": "run: above" },
      "a",
      [undefined, "default", undefined],
    ],
  ])("%s", async (_name, files, below, expected) => {
    expect(await loadIn(files, below)).toEqual(expected);
  });

  test("is the one that --config names", async () => {
    expect(await loadIn({ "ci/db.yaml": "run: named", "offshoot.yaml": "run: found" }, ".", "ci/db.yaml")).toEqual([
      "named",
      `${join("ci", "db.yaml")}:1`,
      join("ci", "db.yaml"),
    ]);
  });

  test("named offshoot.yml is ignored with a warning if offshoot.yaml is in the same folder", async () => {
    await inFolder({ "offshoot.yaml": "run: a", "offshoot.yml": "run: b" }, async (cwd) => {
      const { settings, warnings } = await loadSettings({ cwd, env: {} });
      expect(settings.run).toBe("a");
      expect(warnings).toEqual(["offshoot.yml is ignored because offshoot.yaml is in the same folder; delete one of them"]);
    });
  });

  test.each<[string, string, (root: string) => Promise<unknown>]>([
    ["a folder", "Could not read the configuration file offshoot.yaml: it is a folder.", (root) => mkdir(join(root, "offshoot.yaml"))],
    [
      "a broken symbolic link",
      "Could not read the configuration file offshoot.yaml: it does not exist.",
      (root) => symlink(join(root, "missing"), join(root, "offshoot.yaml")),
    ],
  ])("cannot be %s", async (_name, message, prepare) => {
    await inFolder({}, async (cwd) => {
      await prepare(cwd);
      expect(await failureOf(loadSettings({ cwd, env: {} }))).toMatchObject({ code: "CONFIG_UNREADABLE", exitCode: 2, message });
    });
  });

  test("must exist when it is named", async () => {
    await inFolder({}, async (cwd) => {
      const error = await failureOf(loadSettings({ cwd, env: {}, file: "missing.yaml" }));
      expect(error).toMatchObject({
        code: "CONFIG_UNREADABLE",
        message: "Could not read the configuration file missing.yaml: it does not exist.",
        // The library and the test runners have the option, and not the flag.
        remedy: "Correct the path in the option config (--config), or remove the option: offshoot then searches for offshoot.yaml.",
      });
    });
  });

  test("must be UTF-8", async () => {
    await inFolder({ "offshoot.yaml": new Uint8Array([0xff, 0xfe, 0x72, 0x00]) }, async (cwd) => {
      expect((await failureOf(loadSettings({ cwd, env: {} }))).message).toBe(
        "Could not read the configuration file offshoot.yaml: it is not UTF-8 text.",
      );
    });
  });

  test("must not be larger than 1 MiB", async () => {
    expect((await failureOf(load(`run: ${"x".repeat(1 << 20)}`))).message).toBe(
      "Could not read the configuration file offshoot.yaml: it is larger than 1 MiB.",
    );
  });

  test("can have a byte order mark and Windows line endings", async () => {
    const { settings, sources } = await load("\uFEFFrun: a\r\nttl: 2h\r\n");
    expect([settings.run, settings.ttlMs, sources["ttl"]?.where]).toEqual(["a", 7_200_000, "offshoot.yaml:2"]);
  });
});
