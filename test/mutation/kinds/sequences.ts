import { path } from "../../../src/catalog/quote.ts";
import { different, extra, type MutationKind, type MutationKinds, missing, spreading } from "../mutation.ts";
import { SECOND_ROLE } from "./tables.ts";

const FREE = ["app.ticket_number", "billing.note_number"] as const;

function altered(property: string, words: (number: number, id: string) => string): MutationKind {
  return (draw) => {
    const id = draw.one(FREE);
    return different("sequence", id, property, `alter sequence ${id} ${words(draw.random.between(2, 90), id)}`);
  };
}

export const SEQUENCE_KINDS: MutationKinds = {
  "sequence extra": (draw) => {
    const id = path("billing", draw.newName());
    return extra(
      "sequence",
      id,
      `create sequence ${id} ${draw.one(["", "as smallint", "increment -1 maxvalue -1", "start 5 minvalue 5 cache 3 cycle"])}`,
    );
  },
  "sequence missing": (draw) => {
    const id = draw.one(FREE);
    return spreading(missing("sequence", id, `drop sequence ${id} cascade`));
  },
  "sequence renamed": (draw) => {
    const id = draw.one(FREE);
    return spreading(missing("sequence", id, `alter sequence ${id} rename to ${draw.newName()}`));
  },
  "sequence type": (draw) => {
    const { id } = draw.one(draw.catalog.sequences.filter(({ identity }) => identity === undefined));
    return spreading(
      different(
        "sequence",
        id === "app.teams_id_seq" ? "app.teams.id's" : id,
        "type",
        `alter sequence ${id} as ${id === "billing.note_number" ? "integer" : "bigint"}`,
      ),
    );
  },
  "sequence start": altered("start", (number) => `start ${number + 5}`),
  "sequence increment": altered("increment", (number) => `increment ${number + 10}`),
  "sequence min": altered("min", () => "minvalue -5"),
  "sequence max": altered("max", (number) => `maxvalue ${number * 1000 + 1}`),
  "sequence cache": altered("cache", (number) => `cache ${number}`),
  "sequence cycle": altered("cycle", (_, id) => (id === "app.ticket_number" ? "no cycle" : "cycle")),
  "sequence owned by": (draw) => {
    const id = draw.one(FREE);
    // Both must have the same owner and the same schema.
    const column = id.startsWith("app") ? "app.teams.title" : "billing.lines.amount";
    return spreading(different("sequence", id, "owned by", `alter sequence ${id} owned by ${column}`));
  },
  "sequence owned by none": () =>
    // Without its column, it no longer has the name of the column.
    spreading(extra("sequence", "app.teams_id_seq", "alter sequence app.teams_id_seq owned by none")),
  "sequence owner": (draw) => {
    const id = draw.one(FREE);
    return spreading(different("sequence", id, "owner", `alter sequence ${id} owner to ${SECOND_ROLE}`));
  },
  "15 sequence persistence": altered("persistence", () => "set unlogged"),
};
