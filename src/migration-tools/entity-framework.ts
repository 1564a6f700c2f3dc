import { posixWord } from "../shell-command.ts";
import type { Repository } from "./repository.ts";
import { inSequence } from "./revisions.ts";
import type { Tool } from "./tool.ts";

/** Entity Framework Core with Npgsql. Documentation: learn.microsoft.com, "EF Core tools reference", and npgsql.org, "Connection String Parameters". */
export const entityFramework: Tool = {
  name: "entity-framework",
  expects: "a .csproj with Microsoft.EntityFrameworkCore, and migrations in Migrations/",
  async find(repository, folder = "Migrations") {
    const evidence = await projectIn(repository);
    if (evidence === undefined) return undefined;
    const files = (await repository.list(folder)).filter((file) => /\/\d{14}_[^/]*\.cs$/.test(file) && !file.endsWith(".Designer.cs"));
    if (files.length === 0) return undefined;
    return {
      tool: "entity-framework",
      evidence,
      command: update(""),
      files: [evidence, `${folder}/**`],
      versionTable: {
        tables: ["public.__EFMigrationsHistory"],
        name: '"__EFMigrationsHistory"',
        query: (table) => `select "MigrationId" as id from ${table} order by 1`,
        holds: "all",
      },
      revisions: inSequence(files),
      stepCommands: {
        up: (_applied, next) => update(next.at(-1)?.id ?? ""),
        down: (applied) => update(applied.at(-2)?.id ?? "0"),
      },
      env: (url) => ({ EF_CONNECTION: connectionOf(url) }),
    };
  },
};

function update(to: string): string {
  return `dotnet ef database update${to === "" ? "" : ` ${posixWord(to)}`} --connection "$EF_CONNECTION"`;
}

async function projectIn(repository: Repository): Promise<string | undefined> {
  for (const path of await repository.list(".")) {
    if (path.endsWith(".csproj") && (await repository.read(path))?.includes("EntityFrameworkCore") === true) return path;
  }
  return undefined;
}

/** A URL as the keywords that Npgsql reads. A value in quotes can contain anything but quotes, which are doubled. */
function connectionOf(url: string): string {
  const { hostname, port, pathname, username, password, searchParams } = new URL(url);
  const mode = { disable: "Disable", require: "Require", "verify-ca": "VerifyCA", "verify-full": "VerifyFull" }[
    searchParams.get("sslmode") ?? ""
  ];
  const words = {
    Host: hostname.replace(/^\[(.*)\]$/, "$1"),
    Port: port === "" ? "5432" : port,
    Database: decodeURIComponent(pathname.slice(1)),
    Username: decodeURIComponent(username),
    Password: decodeURIComponent(password),
    ...(mode === undefined ? {} : { "SSL Mode": mode }),
  };
  return Object.entries(words)
    .map(([key, value]) => `${key}="${value.replaceAll('"', '""')}"`)
    .join(";");
}
