import type { Reported } from "../reported.ts";

export const REPLICATION: Reported = {
  "publication extra": ["create publication strange  with (publish = 'insert, delete')", "extra publication strange: insert, delete"],
  "publication missing": ["drop publication news", "missing publication news: insert, update app.members, app.teams"],
  "publication renamed": [
    "alter publication changes rename to strange",
    "missing publication changes: insert, update, delete, truncate app.notes (id, title) where (number > 0), billing.invoices",
    "extra publication strange: insert, update, delete, truncate app.notes (id, title) where (number > 0), billing.invoices",
  ],
  "publication owner": [
    `grant create on database "diverse" to diverse_reader; alter publication news owner to diverse_reader`,
    "different publication news: owner: the owner expected, diverse_reader found",
  ],
  "publication tables": [
    "alter publication changes set table app.notes",
    "different publication changes: tables: app.notes (id, title) where (number > 0), billing.invoices expected, app.notes found",
  ],
  "publication columns": [
    "alter publication changes set table app.notes (id, number) where (number > 0), billing.invoices",
    "different publication changes: tables: app.notes (id, title) where (number > 0), billing.invoices expected, app.notes (id, number) where (number > 0), billing.invoices found",
  ],
  "publication filter": [
    "alter publication changes set table app.notes (id, title) where (number > 1), billing.invoices",
    "different publication changes: tables: app.notes (id, title) where (number > 0), billing.invoices expected, app.notes (id, title) where (number > 1), billing.invoices found",
  ],
  "publication schemas": [
    "alter publication news add tables in schema billing",
    "different publication news: schemas: none expected, billing found",
  ],
  "publication operations": [
    "alter publication news set (publish = 'delete')",
    "different publication news: operations: insert, update expected, delete found",
  ],
  "publication via root": [
    "alter publication news set (publish_via_partition_root = true)",
    "different publication news: via root: no expected, yes found",
  ],
  "publication all tables": [
    "drop publication news; create publication news for all tables with (publish = 'insert, update')",
    "different publication news: owner: the owner expected, postgres found; all tables: no expected, yes found; tables: app.members, app.teams expected, none found",
  ],
  "foreign server extra": ["create server strange  foreign data wrapper nowhere", "extra foreign server strange: nowhere"],
  "foreign server missing": [
    "drop server far cascade",
    "missing table app.remote: id, note",
    "missing foreign server far: nowhere",
    "missing table shapes.far: id, note",
  ],
  "foreign server type": [
    "drop server far cascade; create server far type 'near' foreign data wrapper nowhere",
    "missing table app.remote: id, note",
    "different foreign server far: type: none expected, near found",
    "missing table shapes.far: id, note",
  ],
};
