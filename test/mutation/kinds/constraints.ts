import { quoted } from "../../../src/catalog/quote.ts";
import { different, type Draw, extra, type MutationKind, type MutationKinds, missing, spreading } from "../mutation.ts";
import { plainTables } from "./tables.ts";

type Constraint = Draw["catalog"]["constraints"][number];

function constraintsIn({ catalog }: Draw, fits: (constraint: Constraint) => boolean): readonly Constraint[] {
  return catalog.constraints.filter((each) => each.of === "table" && each.inherited === undefined && fits(each));
}

const tableOf = ({ schema, table }: Constraint): string => `${quoted(schema)}.${quoted(table)}`;

/** A new constraint on a random table. */
function added(words: (column: string, draw: Draw) => string, fits: (type: string) => boolean = () => true): MutationKind {
  return (draw) => {
    const table = draw.one(plainTables(draw).filter(({ columns }) => columns.some(({ type }) => fits(type))));
    const column = draw.one(table.columns.filter(({ type }) => fits(type)));
    const name = draw.newName();
    return spreading(
      extra("constraint", `${table.id}.${name}`, `alter table ${table.id} add constraint ${name} ${words(quoted(column.name), draw)}`),
    );
  };
}

/** A constraint that is dropped and added again with another definition. */
function again(property: string, fits: (constraint: Constraint) => boolean, words: (definition: string) => string): MutationKind {
  return (draw) => {
    const found = draw.one(constraintsIn(draw, fits));
    const [table, name] = [tableOf(found), quoted(found.name)];
    const sql = `alter table ${table} drop constraint ${name}, add constraint ${name} ${words(found.definition)}`;
    return spreading(different("constraint", found.id, property, sql));
  };
}

const isCheck = ({ type, validated }: Constraint): boolean => type === "check" && validated;
const isForeignKey = ({ type }: Constraint): boolean => type === "foreign key";

export const CONSTRAINT_KINDS: MutationKinds = {
  "constraint check extra": added((column) => `check (${column} is not null or true)`),
  "constraint check extra, not valid": added((column) => `check (${column} is not null) not valid`),
  "constraint unique extra": added(
    (column, draw) => `unique (${column})${draw.one(["", " deferrable", " deferrable initially deferred"])}`,
    (type) => /^(?:integer|bigint|text|timestamp)/.test(type),
  ),
  "constraint foreign key extra": added(
    (column, draw) =>
      `foreign key (${column}) references app.teams (id)${draw.one(["", " on delete set null", " on update cascade not valid"])}`,
    (type) => type === "integer",
  ),
  "constraint exclusion extra": added(
    (column) => `exclude using btree (${column} with =)`,
    (type) => /^(?:integer|text)$/.test(type),
  ),
  "constraint primary key extra": (draw) => {
    const { id, columns } = draw.one(
      plainTables(draw).filter(
        ({ id: table }) => !draw.catalog.constraints.some((each) => each.type === "primary key" && tableOf(each) === table),
      ),
    );
    const name = draw.newName();
    return spreading(
      extra("constraint", `${id}.${name}`, `alter table ${id} add constraint ${name} primary key (${quoted(columns[0]?.name ?? "")})`),
    );
  },
  "constraint missing": (draw) => {
    const found = draw.one(constraintsIn(draw, ({ type }) => type !== "primary key"));
    return spreading(missing("constraint", found.id, `alter table ${tableOf(found)} drop constraint ${quoted(found.name)} cascade`));
  },
  "constraint primary key missing": (draw) => {
    const found = draw.one(constraintsIn(draw, ({ type }) => type === "primary key"));
    return spreading(missing("constraint", found.id, `alter table ${tableOf(found)} drop constraint ${quoted(found.name)} cascade`));
  },
  "constraint renamed": (draw) => {
    const found = draw.one(constraintsIn(draw, () => true));
    return spreading(
      missing("constraint", found.id, `alter table ${tableOf(found)} rename constraint ${quoted(found.name)} to ${draw.newName()}`),
    );
  },
  "constraint validated": (draw) => {
    const found = draw.one(constraintsIn(draw, ({ validated }) => !validated));
    return spreading(
      different("constraint", found.id, "validated", `alter table ${tableOf(found)} validate constraint ${quoted(found.name)}`),
    );
  },
  "constraint not validated": again(
    "validated",
    (found) => isCheck(found) || (isForeignKey(found) && found.validated),
    (definition) => `${definition} not valid`,
  ),
  "constraint deferrable": (draw) => {
    const found = draw.one(constraintsIn(draw, (each) => isForeignKey(each) && each.deferrable === undefined));
    return spreading(
      different("constraint", found.id, "deferrable", `alter table ${tableOf(found)} alter constraint ${quoted(found.name)} deferrable`),
    );
  },
  "constraint deferred": (draw) => {
    const found = draw.one(constraintsIn(draw, isForeignKey));
    const words = found.deferred === true ? "deferrable initially immediate" : "deferrable initially deferred";
    return spreading(
      different("constraint", found.id, "deferred", `alter table ${tableOf(found)} alter constraint ${quoted(found.name)} ${words}`),
    );
  },
  "constraint check definition": again("definition", isCheck, (definition) =>
    definition.replace(/^CHECK \((.*)\)/s, "check ($1 or false)"),
  ),
  "constraint foreign key action": again("definition", isForeignKey, (definition) =>
    definition.replace(/ ON (?:DELETE|UPDATE).*/, "").concat(" on delete set default"),
  ),
  "constraint unique columns": (draw) => {
    const [table, name, columns] = draw.one([
      ["app.users", "users_email_key", "email, name"],
      ["app.notes", "notes_number_key", "number, seen"],
      ["app.members", "members_pkey", "user_id, team_id"],
    ] as const);
    const type = name.endsWith("pkey") ? "primary key" : "unique";
    return spreading(
      different(
        "constraint",
        `${table}.${name}`,
        "definition",
        `alter table ${table} drop constraint ${name}, add constraint ${name} ${type} (${columns})`,
      ),
    );
  },
  "constraint exclusion definition": () =>
    spreading(
      different(
        "constraint",
        "app.bookings.bookings_overlap",
        "definition",
        "alter table app.bookings drop constraint bookings_overlap, add constraint bookings_overlap exclude using gist (room with =, during with &&) where (price > 0)",
      ),
    ),
  "constraint of a parent extra": (draw) => {
    const name = draw.newName();
    return spreading(extra("constraint", `app.measures.${name}`, `alter table app.measures add constraint ${name} check (value > 0)`));
  },
  "18 constraint enforced": (draw) => {
    const found = draw.one(constraintsIn(draw, (each) => isForeignKey(each) && each.validated));
    return spreading(
      different("constraint", found.id, "enforced", `alter table ${tableOf(found)} alter constraint ${quoted(found.name)} not enforced`),
    );
  },
  "18 constraint not null, not valid": () =>
    spreading(extra("constraint", "app.notes.body_known", "alter table app.notes add constraint body_known not null body not valid")),
};
