import { different, extra, type MutationKinds, missing, spreading } from "../mutation.ts";
import { SECOND_ROLE } from "./tables.ts";

export const REPLICATION_KINDS: MutationKinds = {
  "publication extra": (draw) => {
    const name = draw.newName();
    return extra(
      "publication",
      name,
      `create publication ${name} ${draw.one(["", "for table app.users", "for all tables"])} with (publish = '${draw.one(["insert", "insert, delete"])}')`,
    );
  },
  "publication missing": (draw) => {
    const { id } = draw.one(draw.catalog.publications);
    return missing("publication", id, `drop publication ${id}`);
  },
  "publication renamed": (draw) => {
    const { id } = draw.one(draw.catalog.publications);
    return spreading(missing("publication", id, `alter publication ${id} rename to ${draw.newName()}`));
  },
  "publication owner": (draw) => {
    const { id } = draw.one(draw.catalog.publications);
    return different(
      "publication",
      id,
      "owner",
      `grant create on database "${draw.catalog.server.database}" to ${SECOND_ROLE}; alter publication ${id} owner to ${SECOND_ROLE}`,
    );
  },
  "publication tables": (draw) => {
    const [id, words] = draw.one([
      ["news", "drop table app.members"],
      ["news", "add table app.users"],
      ["changes", "drop table billing.invoices"],
      ["changes", "set table app.notes"],
    ] as const);
    return different("publication", id, "tables", `alter publication ${id} ${words}`);
  },
  "15 publication columns": () =>
    different(
      "publication",
      "changes",
      "tables",
      "alter publication changes set table app.notes (id, number) where (number > 0), billing.invoices",
    ),
  "15 publication filter": () =>
    different(
      "publication",
      "changes",
      "tables",
      "alter publication changes set table app.notes (id, title) where (number > 1), billing.invoices",
    ),
  "15 publication schemas": () =>
    spreading(different("publication", "news", "schemas", "alter publication news add tables in schema billing")),
  "publication operations": (draw) => {
    const { id } = draw.one(draw.catalog.publications);
    return different(
      "publication",
      id,
      "operations",
      `alter publication ${id} set (publish = '${draw.one(["delete", "insert, truncate"])}')`,
    );
  },
  "publication via root": (draw) => {
    const { id } = draw.one(draw.catalog.publications);
    return different("publication", id, "via root", `alter publication ${id} set (publish_via_partition_root = true)`);
  },
  "publication all tables": () =>
    spreading(
      different(
        "publication",
        "news",
        "all tables",
        "drop publication news; create publication news for all tables with (publish = 'insert, update')",
      ),
    ),
  "foreign server extra": (draw) => {
    const name = draw.newName();
    return extra("foreign server", name, `create server ${name} ${draw.one(["", "type 'x'"])} foreign data wrapper nowhere`);
  },
  "foreign server missing": () => spreading(missing("foreign server", "far", "drop server far cascade")),
  "foreign server type": () =>
    spreading(
      different("foreign server", "far", "type", "drop server far cascade; create server far type 'near' foreign data wrapper nowhere"),
    ),
};
