import { expect, test } from "vitest";
import { placeOf } from "../../../../src/rehearsal/judge/place.ts";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { readStatements } from "../../../../src/rehearsal/measure/statements.ts";
import type { MigrationFile } from "../../../../src/rehearsal/sql/file-of-migration.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const ALEMBIC = {
  path: "alembic/versions/0003_c.py",
  text: `def upgrade():
    conn = op.get_bind()
    conn.execute(sa.text("update app.customer set notes = :n where id = :i"), {})
    op.create_unique_constraint("uq_mail", "customer", ["email"], schema="app")
    op.create_index("customer_notes", "customer", ["notes"], schema="app")
`,
};

function lineOf(sql: string, files: readonly MigrationFile[] = [ALEMBIC]): number | undefined {
  const known = migrationFiles(files);
  const sent = { session: "s", sql, startMs: 0, endMs: 9, tags: [], sqlstate: undefined, mark: "0003", isExact: true };
  const revisions = { nameOf: (id: string) => id, recordsFirst: false };
  const [statement] = readStatements({ statements: [sent], transactions: [], dropped: 0 }, new Map(), readParts(known), revisions, 9);
  const [part] = statement?.parts ?? [];
  return statement && part && placeOf({ statement, part }, known)?.line;
}

test.each([
  ["ALTER TABLE app.customer ADD CONSTRAINT uq_mail UNIQUE (email)", 4],
  ["CREATE INDEX customer_notes ON app.customer (notes)", 5],
  ["update app.customer set notes = $1 where id = $2", 3],
  ["ALTER TABLE ONLY app.customer ADD z int", 3],
  ["drop table nothing", 1],
])("%s is in line %i: other statements name its table before", (sql, line) => {
  expect(lineOf(sql)).toBe(line);
});

const DJANGO = {
  path: "shop/migrations/0003_c.py",
  text: `from django.db import migrations, models
from shop.models import Book

# isbn
class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("Book", "isbn", models.CharField(max_length=20, default="", db_index=True)),
        migrations.AddField("Book", "author", models.ForeignKey("Author", models.CASCADE)),
        migrations.AddIndex("Book", models.Index(fields=["title"], name="book_title_ix")),
    ]
`,
};

test.each([
  ['ALTER TABLE "shop_book" ADD COLUMN "isbn" varchar(20) DEFAULT \'\' NOT NULL', 8],
  ['ALTER TABLE "shop_book" ALTER COLUMN "isbn" DROP DEFAULT', 8],
  ['CREATE INDEX "shop_book_isbn_9d2f0a_like" ON "shop_book" ("isbn" varchar_pattern_ops)', 8],
  ['ALTER TABLE "shop_book" ADD COLUMN "author_id" bigint NOT NULL', 9],
  ['CREATE INDEX "book_title_ix" ON "shop_book" ("title")', 10],
  ['UPDATE "shop_book" SET "price" = $1', 8],
  ['DROP TABLE "shop_other"', 7],
])("%s of a tool that makes the SQL is in line %i, not in an import or a comment", (sql, line) => {
  expect(lineOf(sql, [DJANGO])).toBe(line);
});

test("a statement that several files have is in the one of its migration", () => {
  const text = "select 1;\nalter table a add b int;";
  expect(
    lineOf("alter table a add b int", [
      { path: "0002_b.sql", text },
      { path: "0003_c.sql", text: `-- a\n${text}` },
    ]),
  ).toBe(3);
});

test("a statement in a string of another language is in the line where its text begins", () => {
  const path = "migrations/0003_c.js";
  const text = `exports.up = async (db) => {
  await db.raw("update books set title = 'same'");
  await db.raw(
    "alter table \\"books\\"   add constraint one unique (title)",
  );
};
`;
  expect(lineOf('alter table "books" add constraint one unique (title)', [{ path, text }])).toBe(4);
  expect(lineOf("UPDATE books SET title = 'same'", [{ path, text }])).toBe(2);
  expect(lineOf(`update books set title = '${"x".repeat(200)}'`, [{ path, text }])).toBe(2);
});
