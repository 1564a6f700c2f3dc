import type { Repository } from "./repository.ts";
import type { Sign } from "./signs-below.ts";

/** Packages of other languages than JavaScript that only a project with migrations has, and the command that applies them. */
const PACKAGES: readonly { readonly files: readonly string[]; readonly commands: Readonly<Record<string, string>> }[] = [
  {
    files: ["requirements.txt", "requirements-dev.txt", "pyproject.toml", "Pipfile", "setup.cfg", "setup.py"],
    commands: {
      alembic: "alembic upgrade head",
      "flask-migrate": "flask db upgrade",
      "yoyo-migrations": 'yoyo apply --batch --database "$DATABASE_URL"',
      aerich: "aerich upgrade",
    },
  },
  { files: ["Gemfile"], commands: { standalone_migrations: "rake db:migrate", "activerecord-cli": "rake db:migrate" } },
  {
    files: ["composer.json"],
    commands: {
      "doctrine/migrations": "vendor/bin/doctrine-migrations migrate --no-interaction",
      "doctrine/doctrine-migrations-bundle": "bin/console doctrine:migrations:migrate --no-interaction",
      "robmorgan/phinx": "vendor/bin/phinx migrate",
    },
  },
  {
    files: ["Cargo.toml"],
    commands: {
      diesel_migrations: "diesel migration run",
      refinery: "refinery migrate -e DATABASE_URL",
      "sea-orm-migration": "sea-orm-cli migrate up",
    },
  },
  {
    files: ["go.mod"],
    commands: {
      "github.com/golang-migrate/migrate/v4": 'migrate -path migrations -database "$DATABASE_URL" up',
      "github.com/pressly/goose/v3": 'goose -dir migrations postgres "$DATABASE_URL" up',
      "github.com/rubenv/sql-migrate": "sql-migrate up",
      "github.com/jackc/tern/v2": "tern migrate",
    },
  },
  {
    files: ["pom.xml", "build.gradle", "build.gradle.kts"],
    commands: { "flyway-core": "flyway migrate", "liquibase-core": "liquibase update" },
  },
];

/** Lines that name a package and do not use it: comments, and what go.mod records for the packages of others. */
const NOT_USED = /^\s*(?:#|\/\/|<!--).*$|^.*\/\/ indirect\s*$/gm;

/** The feature `migrate` of sqlx in the lines of a dependency, whose file is `Cargo.toml`. */
const SQLX_MIGRATE =
  /^\s*sqlx\s*=\s*\{[^}]*\bfeatures\s*=\s*\[[^\]]*["']migrate["']|^\s*\[[\w.-]*dependencies\.sqlx\][^[]*\bfeatures\s*=\s*\[[^\]]*["']migrate["']/m;

/** Known packages of migrations in the manifests of a repository that are not a `package.json`. */
export async function packagesElsewhere(repository: Repository): Promise<readonly Sign[]> {
  const there = await repository.list(".");
  const found = await Promise.all(
    PACKAGES.flatMap(({ files, commands }) =>
      files
        .filter((file) => there.includes(file))
        .map(async (file) => {
          const text = ((await repository.read(file)) ?? "").replaceAll(NOT_USED, "");
          const named = Object.entries(commands).filter(([name]) => lists(text, name));
          const features =
            file === "Cargo.toml" && SQLX_MIGRATE.test(text) ? [["sqlx with its feature migrate", "sqlx migrate run"] as const] : [];
          return [...named, ...features].map(([name, command]) => ofPackage(name, file, command));
        }),
    ),
  );
  return found.flat();
}

/** Whether a manifest has this name as a whole word: `alembic_utils` is another package. */
function lists(text: string, name: string): boolean {
  const word = name.replaceAll(/[-_]/g, "[-_]").replaceAll(/[./]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w./-])${word}(?![\w/.-])`, "i").test(text);
}

function ofPackage(name: string, file: string, command: string): Sign {
  return {
    command,
    text: `the package ${name} in ${file}`,
    setting: `migrations.command in offshoot.yaml to the command that migrates, such as \`${command}\`, and migrations.files to the migration files`,
  };
}
