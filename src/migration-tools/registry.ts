import { alembic } from "./alembic.ts";
import { dbMigrate } from "./db-migrate.ts";
import { dbmate } from "./dbmate.ts";
import { django } from "./django.ts";
import { drizzle } from "./drizzle.ts";
import { flyway } from "./flyway.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { graphileMigrate } from "./graphile-migrate.ts";
import { knex } from "./knex.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { prisma } from "./prisma.ts";
import { rails } from "./rails.ts";
import { sql } from "./sql.ts";
import { sqitch } from "./sqitch.ts";
import type { Tool } from "./tool.ts";

/** All supported migration tools. */
export const TOOLS: readonly Tool[] = [
  alembic,
  dbMigrate,
  dbmate,
  django,
  drizzle,
  flyway,
  golangMigrate,
  graphileMigrate,
  knex,
  nodePgMigrate,
  prisma,
  rails,
  sql,
  sqitch,
];
