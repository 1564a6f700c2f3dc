import { expect, test } from "vitest";
import { commandFailure, leaderError } from "../../../src/readiness/failure.ts";
import { missingProgram } from "../../../src/readiness/missing-program.ts";

test.each([
  ["/bin/sh: 1: prisma: not found", "prisma"],
  ["bash: line 1: alembic: command not found", "alembic"],
  ["sh: alembic: command not found", "alembic"],
  ["zsh:1: ./migrate.sh: not found", "./migrate.sh"],
  ["env: ‘ruby’: No such file or directory", "ruby"],
  ["/usr/bin/env: 'php': No such file or directory", "php"],
])("a shell that ends with 127 after %j did not find the program %s", (line, name) => {
  expect(missingProgram({ exitCode: 127, tail: `starting\n${line}\n` })?.meaning).toMatch(`The program ${name} was not found.`);
});

test.each([
  ["Error: Cannot find module 'pg'\nRequire stack:", "pg"],
  ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@mikro-orm/core' imported from /app/x.js", "@mikro-orm/core"],
  ["ModuleNotFoundError: No module named 'django'", "django"],
  ["Could not find rails-7.1.2 in any of the sources (Bundler::GemNotFound)", "rails-7.1.2"],
  ["PHP Fatal error:  Uncaught Error: Failed opening required '/app/vendor/autoload.php'", "vendor/autoload.php"],
])("%j names a package that is not installed", (tail, name) => {
  expect(missingProgram({ exitCode: 1, tail })?.meaning).toMatch(`The package ${name} was not found.`);
});

test.each([
  [1, "Error: Cannot find module './helpers'"],
  [1, "Error: Cannot find module '/app/migrations/x.js'"],
  [1, 'ERROR: relation "shop" does not exist'],
  [127, "something else"],
  [1, ""],
])("exit status %i with %j is another failure", (exitCode, tail) => {
  expect(missingProgram({ exitCode, tail })).toBeUndefined();
});

test("the failure names the missing program and how to install it, and not the network or the migration", () => {
  const sessions = { heard: 0, admitted: 0, refused: 0, needTls: 0, errors: [], ended: false };
  const end = { code: 127, signal: null, tail: "/bin/sh: 1: prisma: not found\n", abandoned: false, sessions } as never;
  const error = leaderError(commandFailure("prisma migrate deploy", end, []), {
    owner: { host: "ci-7", pid: 12, job: "test" },
    attempt: 1,
    invocation: "7",
    secrets: [],
  });
  expect(error.meaning).toBe(
    "The program prisma was not found. It is not installed in this job, or not in its PATH.\nIts output was: /bin/sh: 1: prisma: not found",
  );
  expect(error.remedy).toMatch(/^Install the dependencies of the repository before this command/);
});
