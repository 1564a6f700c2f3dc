import { execFile } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject, describe, expect, test } from "vitest";
import { blocksOf } from "../../support/documents.ts";
import { inFolder } from "../../support/folder.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const execute = promisify(execFile);

const page = { path: "docs/library.md", text: await readFile(join(ROOT, "docs/library.md"), "utf8") };
const programs = new Map(
  blocksOf(page).flatMap(({ mark, text }) => (mark?.startsWith("library:") ? [[mark.slice("library:".length), text] as const] : [])),
);

const MIGRATION = "create table note (id int, text text); insert into note values (1, 'hello');";

/** Calls `use` in a project with this package and one migration. */
function inProject<T>(use: (folder: string) => Promise<T>): Promise<T> {
  return inFolder({ "migrations/0001_note.sql": MIGRATION, "package.json": `{ "type": "module" }` }, async (folder) => {
    await mkdir(join(folder, "node_modules/@types"), { recursive: true });
    for (const part of ["package.json", "bin", "dist", "schema"]) {
      await cp(join(ROOT, part), join(folder, "node_modules/offshoot", part), {
        recursive: true,
        filter: (path) => !path.endsWith(".map"),
      });
    }
    for (const name of ["pg", "@types/node", "@types/pg", "undici-types", "pg-types", "pg-protocol"])
      await symlink(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
    return use(folder);
  });
}

const environment = (folder: string) => ({
  PATH: process.env["PATH"],
  HOME: folder,
  OFFSHOOT_RUN: `library-${folder.slice(-6).toLowerCase()}`,
  OFFSHOOT_PROVIDER: "existing",
  OFFSHOOT_EXISTING_URL: inject("serverUrl"),
  OFFSHOOT_EXISTING_CLONES: "true",
});

async function run(name: string): Promise<string> {
  return inProject(async (folder) => {
    await writeFile(join(folder, name), programs.get(name) ?? "");
    return (await execute(process.execPath, [name], { cwd: folder, env: environment(folder) })).stdout;
  });
}

describe("the programs in docs/library.md", () => {
  test.each([
    ["lifecycle.js", /^created offshoot\/.*\n\[ \{ text: 'hello' \} \]\n$/],
    ["clones.js", /^4\ntrue\nworker-1 ends with down\n$/],
    ["events.js", /^up existing database .* created.* true\n$/],
  ])("%s runs, and prints what it should", async (name, expected) => {
    expect(await run(name)).toMatch(expected);
  });

  test("every program is run or compiled here", () => {
    expect([...programs.keys()].toSorted()).toEqual(["clones.js", "dispose.ts", "events.js", "lifecycle.js", "settings.ts"]);
  });

  test.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])("those in TypeScript, and the one in the README, compile with the types of the package (%s)", (module, moduleResolution) =>
    inProject(async (folder) => {
      const readme = blocksOf({ path: "README.md", text: await readFile(join(ROOT, "README.md"), "utf8") });
      await writeFile(join(folder, "readme.ts"), readme.find(({ language }) => language === "ts")?.text ?? "");
      for (const name of ["dispose.ts", "settings.ts"]) await writeFile(join(folder, name), programs.get(name) ?? "");
      const runners = `import { offshoot } from "offshoot/vitest"; import { withDatabase, database } from "offshoot/jest";
import { databaseFixtures, withDatabase as wrap } from "offshoot/playwright"; import { database as own } from "offshoot/node-test";
const reset: Promise<void> = database.reset({ force: true }); const url: string = own.url;
const config: { testDir: string } = wrap({ testDir: "test" }); const jest: { verbose: boolean } = withDatabase({ verbose: true }, { per: "worker" });
// @ts-expect-error This is not a setting.
offshoot({ settings: { provder: "docker" } });
export { config, databaseFixtures, jest, reset, url };\n`;
      await writeFile(join(folder, "runners.ts"), runners);
      const compilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        target: "es2022",
        lib: ["es2023", "esnext.disposable"],
        types: ["node"],
        module,
        moduleResolution,
      };
      await writeFile(
        join(folder, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files: ["dispose.ts", "settings.ts", "runners.ts", "readme.ts"] }),
      );
      const compiled = execute(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."], { cwd: folder });
      await expect(
        compiled.then(
          () => "",
          ({ stdout }: { stdout: string }) => stdout,
        ),
      ).resolves.toBe("");
    }),
  );

  test("dispose.ts deletes its database", async () => {
    await inProject(async (folder) => {
      const compilerOptions = { target: "es2022", lib: ["es2023", "esnext.disposable"], types: ["node"], module: "nodenext" };
      await writeFile(join(folder, "dispose.ts"), programs.get("dispose.ts") ?? "");
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["dispose.ts"] }));
      await execute(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."], { cwd: folder });
      const { OFFSHOOT_RUN: _, ...env } = environment(folder);
      const { stdout } = await execute(process.execPath, ["dispose.js"], { cwd: folder, env });
      expect(stdout).toMatch(/^20\d\d-/);
      const listed = await execute(process.execPath, ["node_modules/offshoot/bin/offshoot.js", "env", "--run", "nightly"], {
        cwd: folder,
        env,
      }).catch(({ stderr }: { stderr: string }) => ({ stderr }));
      expect(listed.stderr).toContain("There is no database for the run nightly");
    });
  });
});
