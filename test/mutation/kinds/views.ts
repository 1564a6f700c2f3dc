import { path } from "../../../src/catalog/quote.ts";
import { different, extra, type MutationKinds, missing, spreading } from "../mutation.ts";
import { SECOND_ROLE } from "./tables.ts";

export const VIEW_KINDS: MutationKinds = {
  "view extra": (draw) => {
    const id = path("app", draw.newName());
    const query = draw.one([
      "select 1 as one",
      "select * from app.teams",
      "select u.id, t.title from app.users u join app.teams t on t.owner_id = u.id",
    ]);
    return extra("view", id, `create view ${id} as ${query}`);
  },
  "view missing": (draw) => {
    const { id } = draw.one(draw.catalog.views.filter(({ materialized }) => !materialized));
    return spreading(missing("view", id, `drop view ${id} cascade`));
  },
  "view renamed": (draw) => {
    const { id } = draw.one(draw.catalog.views.filter(({ materialized }) => !materialized));
    return spreading(missing("view", id, `alter view ${id} rename to ${draw.newName()}`));
  },
  "view definition": (draw) => {
    const { id, definition, options } = draw.one(
      draw.catalog.views.filter(({ materialized, name }) => !materialized && name !== "team_sizes"),
    );
    const kept = options === undefined ? "" : ` with (${options.join(", ")})`;
    const query = definition.replace(/;\s*$/, "");
    const more = query.includes("WHERE") ? `${query} and 1 = 1` : `${query} where 1 = 1`;
    return different("view", id, "definition", `create or replace view ${id}${kept} as ${more}`);
  },
  "view columns more": () =>
    spreading(
      different(
        "view",
        "app.long_titles",
        "columns",
        "create or replace view app.long_titles as select id, title, author_name from app.note_titles where length(title) > 20",
      ),
    ),
  "view columns fewer": () =>
    spreading(
      different(
        "view",
        "app.long_titles",
        "columns",
        "drop view app.long_titles; create view app.long_titles as select id from app.note_titles where length(title) > 20",
      ),
    ),
  "view columns under another view": () =>
    spreading(
      different(
        "view",
        "app.note_titles",
        "columns",
        "create or replace view app.note_titles as select n.id, n.title, u.name as author_name, n.body from app.notes n left join app.users u on u.id = n.author",
      ),
    ),
  "view column renamed": () =>
    spreading(different("view", "app.long_titles", "columns", "alter view app.long_titles rename column title to heading")),
  "view column default": () =>
    different("view", "app.note_titles", "columns", "alter view app.note_titles alter column title set default 'x'"),
  "view options": (draw) => {
    const { id, options } = draw.one(
      draw.catalog.views.filter(
        (view) => !view.materialized && (view.options === undefined || view.options.includes("security_barrier=true")),
      ),
    );
    const words = options === undefined ? "set (security_barrier = true)" : "reset (security_barrier)";
    return different("view", id, "options", `alter view ${id} ${words}`);
  },
  "15 view security invoker": () =>
    different("view", "app.team_sizes", "options", "alter view app.team_sizes set (security_invoker = true)"),
  "view owner": (draw) => {
    const { id } = draw.one(draw.catalog.views.filter(({ materialized }) => !materialized));
    return spreading(different("view", id, "owner", `alter view ${id} owner to ${SECOND_ROLE}`));
  },
  "materialized view extra": (draw) => {
    const id = path("billing", draw.newName());
    return extra("materialized view", id, `create materialized view ${id} as select count(*) as many from app.users`);
  },
  "materialized view missing": (draw) => {
    const { id } = draw.one(draw.catalog.views.filter(({ materialized }) => materialized));
    return spreading(missing("materialized view", id, `drop materialized view ${id}`));
  },
  "materialized view definition": () =>
    spreading(
      different(
        "materialized view",
        "billing.totals",
        "definition",
        "drop materialized view billing.totals; create materialized view billing.totals as select user_id, sum(total) as total from billing.invoices where paid group by user_id; create unique index totals_user on billing.totals (user_id)",
      ),
    ),
  "materialized view options": (draw) => {
    const { id } = draw.one(draw.catalog.views.filter(({ materialized }) => materialized));
    return different("materialized view", id, "options", `alter materialized view ${id} set (fillfactor = 50)`);
  },
  "materialized view owner": (draw) => {
    const { id } = draw.one(draw.catalog.views.filter(({ materialized }) => materialized));
    return spreading(different("materialized view", id, "owner", `alter materialized view ${id} owner to ${SECOND_ROLE}`));
  },
  "materialized view column statistics": () =>
    different(
      "materialized view",
      "billing.totals",
      "columns",
      "alter materialized view billing.totals alter column total set statistics 40",
    ),
};
