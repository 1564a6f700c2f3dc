import { path } from "../../../src/catalog/quote.ts";
import type { ChangedKind } from "../../../src/drift/change.ts";
import { different, type Draw, extra, type MutationKind, type MutationKinds, missing, spreading } from "../mutation.ts";
import { SECOND_ROLE } from "./tables.ts";

function owned(kind: ChangedKind, listOf: (draw: Draw) => readonly { readonly id: string }[], word: string): MutationKind {
  return (draw) => {
    const { id } = draw.one(listOf(draw));
    return spreading(different(kind, id, "owner", `alter ${word} ${id} owner to ${SECOND_ROLE}`));
  };
}

function dropped(kind: ChangedKind, listOf: (draw: Draw) => readonly { readonly id: string }[], word: string): MutationKind {
  return (draw) => {
    const { id } = draw.one(listOf(draw));
    return spreading(missing(kind, id, `drop ${word} ${id} cascade`));
  };
}

function renamed(kind: ChangedKind, listOf: (draw: Draw) => readonly { readonly id: string }[], word: string): MutationKind {
  return (draw) => {
    const { id } = draw.one(listOf(draw));
    return spreading(missing(kind, id, `alter ${word} ${id} rename to ${draw.newName()}`));
  };
}

const enums = ({ catalog }: Draw): Draw["catalog"]["enums"] => catalog.enums;
const domains = ({ catalog }: Draw): Draw["catalog"]["domains"] => catalog.domains;
const composites = ({ catalog }: Draw): Draw["catalog"]["composites"] => catalog.composites;
const ranges = ({ catalog }: Draw): Draw["catalog"]["ranges"] => catalog.ranges;

export const DATATYPE_KINDS: MutationKinds = {
  "enum extra": (draw) => {
    const id = path("app", draw.newName());
    return extra("enum", id, `create type ${id} as enum ('it''s', 'b')`);
  },
  "enum missing": dropped("enum", enums, "type"),
  "enum renamed": renamed("enum", enums, "type"),
  "enum owner": owned("enum", enums, "type"),
  "enum label more": (draw) => {
    const { id, labels } = draw.one(draw.catalog.enums);
    return spreading(
      different(
        "enum",
        id,
        "labels",
        `alter type ${id} add value '${draw.newName()}' ${draw.one(["", `before '${labels[0]}'`, `after '${labels[0]}'`])}`,
      ),
    );
  },
  "enum label renamed": (draw) => {
    const { id, labels } = draw.one(draw.catalog.enums);
    return spreading(different("enum", id, "labels", `alter type ${id} rename value '${draw.one(labels)}' to '${draw.newName()}'`));
  },
  "enum label missing": () =>
    spreading(
      different(
        "enum",
        "app.mood",
        "labels",
        "create type app.old_mood as enum ('sad', 'happy'); drop view app.happy_users; drop index app.users_name_lower; drop statistics app.users_stats; alter table app.users alter column mood drop default, alter column mood type app.old_mood using replace(mood::text, 'ok', 'happy')::app.old_mood; drop type app.mood; alter type app.old_mood rename to mood",
      ),
    ),
  "enum label missing, unused": () =>
    spreading(
      different(
        "enum",
        "app.visibility",
        "labels",
        "drop type app.visibility cascade; create type app.visibility as enum ('hidden', 'everyone')",
      ),
    ),
  "domain extra": (draw) => {
    const id = path("app", draw.newName());
    return extra("domain", id, `create domain ${id} as text default 'x' not null constraint filled check (value <> '')`);
  },
  "domain missing": dropped("domain", domains, "domain"),
  "domain renamed": renamed("domain", domains, "domain"),
  "domain owner": owned("domain", domains, "domain"),
  "domain nullable": (draw) => {
    const { id, nullable } = draw.one(draw.catalog.domains);
    return different("domain", id, "nullable", `alter domain ${id} ${nullable ? "set" : "drop"} not null`);
  },
  "domain default": (draw) => {
    const { id } = draw.one(draw.catalog.domains.filter((domain) => domain.default !== undefined));
    return different(
      "domain",
      id,
      "default",
      `alter domain ${id} ${draw.one(["drop default", `set default ${draw.random.between(2, 9)}`])}`,
    );
  },
  "domain type": () =>
    spreading(
      different(
        "domain",
        "billing.amount",
        "type",
        "drop domain billing.amount cascade; create domain billing.amount as numeric(14, 2) not null default 0 constraint amount_positive check (value >= 0) constraint amount_small check (value < 1000000)",
      ),
    ),
  "domain constraint extra": (draw) => {
    const name = draw.newName();
    return extra(
      "constraint",
      `app.positive.${name}`,
      `alter domain app.positive add constraint ${name} check (value < 1000)${draw.one(["", " not valid"])}`,
    );
  },
  "domain constraint missing": (draw) => {
    const found = draw.one(draw.catalog.constraints.filter((each) => each.of === "domain" && each.type === "check"));
    return missing("constraint", found.id, `alter domain ${path(found.schema, found.table)} drop constraint ${found.name}`);
  },
  "domain constraint definition": () =>
    different(
      "constraint",
      "billing.amount.amount_small",
      "definition",
      "alter domain billing.amount drop constraint amount_small; alter domain billing.amount add constraint amount_small check (value < 5)",
    ),
  "domain constraint renamed": (draw) =>
    spreading(
      missing(
        "constraint",
        "billing.amount.amount_small",
        `alter domain billing.amount rename constraint amount_small to ${draw.newName()}`,
      ),
    ),
  "composite extra": (draw) => {
    const id = path("app", draw.newName());
    return extra("composite", id, `create type ${id} as (a integer, "B c" text collate "C")`);
  },
  "composite missing": dropped("composite", composites, "type"),
  "composite renamed": renamed("composite", composites, "type"),
  "composite owner": owned("composite", composites, "type"),
  "composite attribute more": (draw) => {
    const { id } = draw.one(draw.catalog.composites);
    return different("composite", id, "attributes", `alter type ${id} add attribute ${draw.newName()} integer`);
  },
  "composite attribute fewer": (draw) => {
    const { id, attributes } = draw.one(draw.catalog.composites);
    return different("composite", id, "attributes", `alter type ${id} drop attribute ${draw.one(attributes).name}`);
  },
  "composite attribute type": () =>
    spreading(
      different(
        "composite",
        "app.address",
        "attributes",
        "alter table app.users drop column home; alter type app.address alter attribute zip type varchar(20)",
      ),
    ),
  "composite attribute renamed": (draw) => {
    const { id, attributes } = draw.one(draw.catalog.composites);
    return different("composite", id, "attributes", `alter type ${id} rename attribute ${draw.one(attributes).name} to ${draw.newName()}`);
  },
  "range extra": (draw) => {
    const id = path("billing", draw.newName());
    return extra("range", id, `create type ${id} as range (subtype = ${draw.one(["date", "float8", "text"])})`);
  },
  "range missing": dropped("range", ranges, "type"),
  "range renamed": renamed("range", ranges, "type"),
  "range owner": owned("range", ranges, "type"),
  "range subtype": () =>
    spreading(
      different(
        "range",
        "app.price_range",
        "subtype",
        "drop type app.price_range; create type app.price_range as range (subtype = float8)",
      ),
    ),
  "range difference": () =>
    spreading(
      different(
        "range",
        "billing.money_range",
        "difference",
        "drop type billing.money_range cascade; create type billing.money_range as range (subtype = float8)",
      ),
    ),
};
