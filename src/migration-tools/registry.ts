import { alembic } from "./alembic.ts";
import { atlas } from "./atlas.ts";
import { dbMigrate } from "./db-migrate.ts";
import { dbmate } from "./dbmate.ts";
import { django } from "./django.ts";
import { drizzle } from "./drizzle.ts";
import { ecto } from "./ecto.ts";
import { entityFramework } from "./entity-framework.ts";
import { flyway } from "./flyway.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { goose } from "./goose.ts";
import { graphileMigrate } from "./graphile-migrate.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { laravel } from "./laravel.ts";
import { liquibase } from "./liquibase.ts";
import { mikroOrm } from "./mikro-orm.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { payload } from "./payload.ts";
import { prisma } from "./prisma.ts";
import { rails } from "./rails.ts";
import { sequelize } from "./sequelize.ts";
import { sqitch } from "./sqitch.ts";
import { sql } from "./sql.ts";
import { supabase } from "./supabase.ts";
import { typeorm } from "./typeorm.ts";
import { umzug } from "./umzug.ts";
import type { Tool } from "./tool.ts";

/** All supported migration tools. */
export const TOOLS: readonly Tool[] = [
  alembic,
  atlas,
  dbMigrate,
  dbmate,
  django,
  drizzle,
  ecto,
  entityFramework,
  flyway,
  golangMigrate,
  goose,
  graphileMigrate,
  knex,
  kysely,
  laravel,
  liquibase,
  mikroOrm,
  nodePgMigrate,
  payload,
  prisma,
  rails,
  sequelize,
  sqitch,
  sql,
  supabase,
  typeorm,
  umzug,
];
