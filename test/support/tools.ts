import { existsSync } from "node:fs";
import { cp, symlink } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { type Repository, repositoryIn } from "../../src/migration-tools/repository.ts";
import { inFolder } from "./folder.ts";
import { skipWithout } from "./require.ts";

const FIXTURES = new URL("../fixtures/tools/", import.meta.url).pathname;
const PACKAGES = new URL("../peers/node_modules", import.meta.url).pathname;
const BINARIES = join(PACKAGES, ".bin");
/** The npm package contains Liquibase, and has no program that runs it unchanged. */
const LIQUIBASE = join(PACKAGES, "liquibase/dist/liquibase");

/** A tool that the tests run, and the expected results. */
export interface RealTool {
  readonly name: string;
  /** The file or entry from which it is detected. */
  readonly evidence: string;
  /** The name of the newest migration. */
  readonly head: string;
  /** The ids in the version table after all migrations. */
  readonly recorded: readonly string[];
  /** The program that must be installed (for Umzug, which has none, one that depends on it), from the npm packages in `test/peers` or on the machine. Undefined: no program is needed. */
  readonly program?: string;
  /** A file that must also be installed. */
  readonly library?: string;
}

const NAMES = ["20240101000001_authors", "20240102000002_books", "20240103000003_titles"];

/** The tools that the tests run. Each has three equivalent migrations in `test/fixtures/tools/`. */
export const REAL_TOOLS: readonly RealTool[] = [
  { name: "alembic", program: "alembic", evidence: "alembic.ini", head: "titles", recorded: ["r3"] },
  {
    name: "db-migrate",
    program: "db-migrate",
    evidence: "db-migrate in package.json",
    head: "20240103000003-titles",
    recorded: NAMES.map((name) => `/${name.replace("_", "-")}`),
  },
  {
    name: "dbmate",
    program: "dbmate",
    evidence: "`-- migrate:up` in db/migrations/20240103000003_titles.sql",
    head: "20240103000003_titles",
    recorded: NAMES.map((name) => name.slice(0, 14)),
  },
  {
    name: "django",
    program: "django-admin",
    evidence: "manage.py",
    head: "library.0003_titles",
    recorded: ["library.0001_authors", "library.0002_books", "library.0003_titles"],
  },
  {
    name: "drizzle",
    program: "drizzle-kit",
    evidence: "drizzle.config.cjs",
    head: "0002_titles",
    // The output of `sha256sum drizzle/*.sql`.
    recorded: [
      "89bf6ac984dc4321eeb70d6a18911493c7b1305f0d9d7ce6b680e88b7fe6c301",
      "2db3104d6dc0ed992a6e9b95b3f1e2fdc02c296c1852143b224c7ef2b04019d5",
      "3d74c8412bce48703d177cad7d1352a0e06cd4764e78b13ba677452a0df4d41c",
    ],
  },
  {
    name: "graphile-migrate",
    program: "graphile-migrate",
    evidence: ".gmrc",
    head: "000003",
    recorded: ["000001.sql", "000002.sql", "000003.sql"],
  },
  {
    name: "knex",
    program: "knex",
    evidence: "knexfile.cjs",
    head: "20240103000003_titles",
    recorded: NAMES.map((name) => `${name}.cjs`),
  },
  { name: "kysely", program: "kysely", evidence: "kysely.config.ts", head: "20240103000003_titles", recorded: NAMES },
  {
    name: "laravel",
    program: "php",
    library: "/usr/share/php/Illuminate/autoload.php",
    evidence: "artisan",
    head: "2024_01_03_000003_titles",
    recorded: ["2024_01_01_000001_authors", "2024_01_02_000002_books", "2024_01_03_000003_titles"],
  },
  {
    name: "liquibase",
    program: "liquibase",
    library: "/usr/bin/java",
    evidence: "src/main/resources/db/changelog/db.changelog-master.yaml",
    head: "db/changelog/changes/titles.json::titles::ada",
    recorded: ["authors.sql::authors", "books.xml::books", "changes/titles.json::titles"].map((set) => `db/changelog/${set}::ada`),
  },
  {
    name: "mikro-orm",
    program: "mikro-orm",
    evidence: "mikro-orm.config.js",
    head: "Migration20240103000003",
    recorded: NAMES.map((name) => `Migration${name.slice(0, 14)}`),
  },
  {
    name: "node-pg-migrate",
    program: "node-pg-migrate",
    evidence: "node-pg-migrate in package.json",
    head: "20240103000003_titles",
    recorded: NAMES,
  },
  {
    name: "payload",
    program: "payload",
    evidence: "src/payload.config.ts",
    head: "20240103_000003_titles",
    recorded: ["20240101_000001_authors", "20240102_000002_books", "20240103_000003_titles"],
  },
  {
    name: "rails",
    program: "rails",
    library: "/usr/lib/ruby/vendor_ruby/pg.rb",
    evidence: "bin/rails",
    head: "20240103000003_titles",
    recorded: NAMES.map((name) => name.slice(0, 14)),
  },
  {
    name: "sequelize",
    program: "sequelize-cli",
    evidence: "sequelize-cli in package.json",
    head: "20240103000003-titles",
    recorded: NAMES.map((name) => `${name.replace("_", "-")}.js`),
  },
  { name: "sqitch", program: "sqitch", evidence: "sqitch.plan", head: "titles", recorded: ["authors", "books", "titles"] },
  { name: "sql", evidence: "migrations/001_authors.sql", head: "003_titles", recorded: ["001_authors", "002_books", "003_titles"] },
  {
    name: "supabase",
    program: "supabase",
    evidence: "supabase/config.toml",
    head: "20240103000003_titles",
    recorded: NAMES.map((name) => name.slice(0, 14)),
  },
  {
    name: "typeorm",
    program: "typeorm",
    evidence: "data-source.js",
    head: "Titles1704240000003",
    recorded: ["Authors1704067200001", "Books1704153600002", "Titles1704240000003"],
  },
  {
    name: "umzug",
    program: "sequelize-cli",
    evidence: "migrate.js",
    head: "20240103000003-titles",
    recorded: NAMES.map((name) => `${name.replace("_", "-")}.js`),
  },
];

/**
 * Whether the tool is installed. If not, one line reports it. If `OFFSHOOT_TEST_REQUIRE` (names separated by commas, or
 * `all`) contains its name, the tests fail without it.
 */
export function isInstalled({ name, program, library }: RealTool): boolean {
  if (program === undefined) return true;
  const found =
    [BINARIES, ...toolPath().split(delimiter)].some((folder) => existsSync(join(folder, program))) &&
    (library === undefined || existsSync(library));
  if (!found) skipWithout(name, "it is not installed (npm ci --prefix test/peers --ignore-scripts, or bash .ci/machine)");
  return found;
}

/** A `PATH` that starts with this Node and with Debian's Python, which has Alembic and Django. */
export function toolPath(): string {
  return [dirname(process.execPath), "/usr/bin", LIQUIBASE, process.env["PATH"] ?? ""].join(delimiter);
}

/** Copies the sample project of a tool into a folder, and links the installed npm packages. */
export async function copyTool(name: string, directory: string): Promise<void> {
  await cp(join(FIXTURES, name), directory, { recursive: true });
  await symlink(PACKAGES, join(directory, "node_modules"));
}

/** Runs `use` in a temporary folder with the sample project of a tool. */
export async function withTool<Result>(name: string, use: (directory: string) => Promise<Result>): Promise<Result> {
  return inFolder({}, async (directory) => {
    await copyTool(name, directory);
    return use(directory);
  });
}

/** Runs `use` with a temporary repository that contains these files. */
export async function withFiles<Result>(
  files: Readonly<Record<string, string>>,
  use: (repository: Repository) => Promise<Result>,
): Promise<Result> {
  return inFolder(files, (directory) => use(repositoryIn(directory)));
}
