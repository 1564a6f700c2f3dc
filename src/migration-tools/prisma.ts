import { dirname } from "node:path";
import { inSequence } from "./revisions.ts";
import type { Tool } from "./tool.ts";

/** Prisma Migrate. Its migrations have no rollback. Documentation: prisma.io/docs, "prisma migrate deploy". */
export const prisma: Tool = {
  name: "prisma",
  expects: "prisma/schema.prisma, schema.prisma or prisma.config.ts, and migrations in its folder",
  async find(repository, given) {
    const evidence = await repository.first("prisma/schema.prisma", "schema.prisma", "prisma.config.ts");
    if (evidence === undefined) return undefined;
    const folder = given ?? (evidence === "schema.prisma" ? "migrations" : "prisma/migrations");
    const files = (await repository.walk(folder)).filter((file) => file.endsWith("/migration.sql"));
    if (files.length === 0) return undefined;
    return {
      tool: "prisma",
      evidence,
      command: "prisma migrate deploy",
      files: [evidence, `${folder}/**`],
      versionTable: {
        tables: ["public._prisma_migrations"],
        name: "_prisma_migrations",
        query: (table) =>
          `select migration_name as id from ${table} where finished_at is not null and rolled_back_at is null order by finished_at`,
        contents: (table) => `select checksum as id from ${table} where finished_at is not null and rolled_back_at is null`,
        holds: "all",
      },
      revisions: inSequence(
        files.map((file) => dirname(file)),
        (name) => name,
      ),
      package: "prisma",
    };
  },
};
