import type { FoundSeed } from "./seeds.ts";

/** Everything that the plan of `init` depends on: the contents of the repository and the options of the user. */
export interface RepositoryFacts {
  /** The current folder, relative to the root of the checkout, such as `packages/db`. Empty in the root. */
  readonly folder: string;
  /** Relative path to the folder in which the package manager installs, such as `../../`. Empty for the current folder. */
  readonly up: string;
  /** Host of the git remote `origin`, such as `gitlab.com`. */
  readonly host: string | undefined;
  /** Version of offshoot. */
  readonly version: string;
  /** The migrations of the repository. */
  readonly migrations: KnownMigrations;
  /** Settings from the user's options, by key path and in the form used in the file. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The existing configuration file. */
  readonly configuration: PresentConfiguration | undefined;
  /** Texts of the files in `INSPECTED_FILES` in the current folder, and of lock files in the current or a parent folder. */
  readonly texts: Readonly<Record<string, string>>;
  /** Texts of the pipeline files of CI services, by path relative to the root of the checkout. */
  readonly pipelines: Readonly<Record<string, string>>;
}

export interface PresentConfiguration {
  /** Relative to the root of the checkout. */
  readonly path: string;
  readonly text: string;
  /** Key paths of the user's settings that the file does not contain with the same value. */
  readonly missing: readonly string[];
}

/**
 * `tool`: a tool that was set or detected; `directory` is its folder if it is a subfolder, and `seed` a seed that was found. `settings`: a command was
 * set. `nothing`: no tool was chosen; `below` lists the tools that were found in several folders, and `sign` shows that there are migrations.
 */
export type KnownMigrations =
  | { readonly from: "tool"; readonly tool: string; readonly evidence: string; readonly directory?: string; readonly seed?: FoundSeed }
  | { readonly from: "settings" }
  | { readonly from: "nothing"; readonly below: readonly ToolBelow[]; readonly sign?: MigrationSign };

/** What shows that a repository has migrations, although no tool was found. */
export interface MigrationSign {
  /** Such as `the folder db/changes`. */
  readonly text: string;
  readonly command?: string;
  /** A pattern of the migration files. */
  readonly files?: string;
}

export interface ToolBelow {
  readonly tool: string;
  readonly folder: string;
}

/** Lock files, which show the package manager. They can be in a parent folder of `package.json`. */
export const LOCK_FILES = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"] as const;

/** Files that show how a Python project is installed. */
export const PYTHON_PACKAGE_FILES = ["requirements.txt", "pyproject.toml"] as const;

/** Files that show how a repository is installed and tested. */
export const INSPECTED_FILES: readonly string[] = [
  "package.json",
  ".nvmrc",
  ".node-version",
  ...PYTHON_PACKAGE_FILES,
  "uv.lock",
  "poetry.lock",
  "pytest.ini",
  "conftest.py",
  "tests/conftest.py",
  "manage.py",
  "bin/rails",
  "Gemfile",
  "Gemfile.lock",
  "Rakefile",
  ".ruby-version",
  ".python-version",
  ".rspec",
  "go.mod",
  "Makefile",
  ...["vitest.config", "vite.config", "jest.config", "playwright.config"].flatMap((name) =>
    ["ts", "js", "mts", "mjs", "cts", "cjs"].map((ending) => `${name}.${ending}`),
  ),
];
