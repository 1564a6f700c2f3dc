/** What a repository shows of itself, and what was asked: all that a plan depends on. */
export interface Facts {
  /** Where we stand below the checkout's top, such as `packages/db`; empty at the top. */
  readonly folder: string;
  /** The way up to the folder that the package manager installs in, such as `../../`; empty where we stand. */
  readonly up: string;
  /** Host of the remote `origin`, such as `gitlab.com`. */
  readonly host: string | undefined;
  /** Version of offshoot itself. */
  readonly version: string;
  /** What migrates here, as far as it is known. */
  readonly migrations: KnownMigrations;
  /** Settings that were asked for, by key path and in the file's terms. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The configuration that is there already. */
  readonly configuration: PresentConfiguration | undefined;
  /** Texts of the files in `TELLING` that are here or, for those of a package manager, further up. */
  readonly texts: Readonly<Record<string, string>>;
  /** Texts of the CI services' files that are there, by path from the checkout's top. */
  readonly pipelines: Readonly<Record<string, string>>;
}

export interface PresentConfiguration {
  /** Seen from the checkout's top. */
  readonly path: string;
  readonly text: string;
  /** Key paths of what was asked for and isn't set so in it. */
  readonly lacks: readonly string[];
}

/**
 * A tool that was set or detected, where it runs if that is a folder right below, a command that was set, or nothing;
 * then `below` names the tools in several folders, of which none was chosen.
 */
export type KnownMigrations =
  | { readonly from: "tool"; readonly tool: string; readonly evidence: string; readonly directory?: string }
  | { readonly from: "settings" }
  | { readonly from: "nothing"; readonly below: readonly string[] };

/** Lock files, by which a package manager is known; they may stand further up than `package.json`. */
export const LOCK_FILES = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"] as const;

/** Files that tell how a Python project is installed. */
export const PYTHON = ["requirements.txt", "pyproject.toml"] as const;

/** Files that tell how a repository is set up and tested. */
export const TELLING = [
  "package.json",
  ".nvmrc",
  ".node-version",
  ...PYTHON,
  "uv.lock",
  "poetry.lock",
  "pytest.ini",
  "conftest.py",
  "tests/conftest.py",
  "manage.py",
  "bin/rails",
  "go.mod",
  "Makefile",
] as const;
