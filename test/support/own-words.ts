/** A migration in the words of tools that make the SQL: it adds the column `isbn` to the table `books` of `test/fixtures/tools`. */
export const OWN_WORDS: Readonly<Record<string, string>> = {
  alembic: `# isbn of books
from alembic import op
import sqlalchemy as sa

revision = "r4"
down_revision = "r3"


def upgrade():
    op.add_column("books", sa.Column("isbn", sa.Text()))
`,
  "db-migrate": `// isbn of books
exports.up = (db) => {
  return db.addColumn("books", "isbn", { type: "text" });
};
exports.down = (db) => db.removeColumn("books", "isbn");
`,
  django: `from django.db import migrations, models

BOOK = [("id", models.AutoField(primary_key=True)), ("title", models.TextField(null=True))]


class Migration(migrations.Migration):
    dependencies = [("library", "0003_titles")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.CreateModel("Book", BOOK, options={"db_table": "books"})],
        ),
        migrations.AddField("Book", "isbn", models.TextField(null=True)),
    ]
`,
  knex: `// isbn of books
exports.up = (knex) =>
  knex.schema.alterTable("books", (table) => {
    table.text("isbn");
  });
exports.down = () => {};
`,
  laravel: `<?php

use Illuminate\\Database\\Migrations\\Migration;
use Illuminate\\Database\\Schema\\Blueprint;
use Illuminate\\Support\\Facades\\Schema;

return new class extends Migration {
    public function up(): void
    {
        Schema::table('books', function (Blueprint $table) {
            $table->text('isbn')->nullable();
        });
    }
};
`,
  "node-pg-migrate": `// isbn of books
exports.up = (pgm) => {
  pgm.addColumn("books", { isbn: "text" });
};
exports.down = () => {};
`,
  rails: `# isbn of books
class Shop < ActiveRecord::Migration[6.1]
  def change
    add_column :books, :isbn, :text
  end
end
`,
};
