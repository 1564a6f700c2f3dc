import { createHash } from "node:crypto";
import { codeString, commentLines, type MigrationFormat, numbered } from "./migration.ts";

const list = (items: readonly string[], indent: string): string => items.map((item) => `${indent}${codeString(item, indent)},\n`).join("");

/**
 * Alembic. The statements run outside of its transaction, one by one and without parameters, so that neither `:` nor `%` has a
 * meaning (SQLAlchemy documentation, `exec_driver_sql` and `no_parameters`).
 */
export const alembicFormat: MigrationFormat = {
  inOneTransaction: false,
  async write(next) {
    const { statements, parents, now } = next;
    const revision = createHash("sha256")
      .update(JSON.stringify([parents, statements]))
      .digest("hex")
      .slice(0, 12);
    const down =
      parents.length === 0
        ? "None"
        : parents.length === 1
          ? codeString(parents[0] ?? "", "")
          : `(${parents.map((id) => codeString(id, "")).join(", ")})`;
    const text = `"""offshoot repair

Revision ID: ${revision}
Revises: ${parents.map((id) => id.replaceAll(/["\\\s]/g, "_")).join(", ")}
Create Date: ${now.toISOString()}
"""
${commentLines("#", next)}

from alembic import op

revision = ${codeString(revision, "")}
down_revision = ${down}
branch_labels = None
depends_on = None

STATEMENTS = [
${list(statements, "    ")}]


def upgrade():
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        for statement in STATEMENTS:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def downgrade():
    # Databases that the migrations created do not need the repair, so nothing is undone.
    pass
`;
    return [{ name: `${revision}_offshoot_repair.py`, text }];
  },
};

/** Django. `RunSQL` passes each statement without parameters, so `%` has no meaning (Django documentation, "RunSQL"). */
export const djangoFormat: MigrationFormat = {
  inOneTransaction: false,
  async write(next) {
    const dependencies = next.parents.map((parent) => {
      const at = parent.indexOf(".");
      return `        (${codeString(parent.slice(0, at), "")}, ${codeString(parent.slice(at + 1), "")}),\n`;
    });
    const text = `${commentLines("#", next)}

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
${dependencies.join("")}    ]

    operations = [
        migrations.RunSQL(
            [
${list(next.statements, "                ")}            ],
            # Databases that the migrations created do not need the repair, so nothing is undone.
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
`;
    return [{ name: numbered(next, ".py"), text }];
  },
};
