import { quoted } from "../../../src/catalog/quote.ts";
import { different, type Draw, extra, type MutationKinds, missing, spreading } from "../mutation.ts";
import { plainTables } from "./tables.ts";

interface OnTable {
  readonly schema: string;
  readonly table: string;
}

const tableOf = ({ schema, table }: OnTable): string => `${quoted(schema)}.${quoted(table)}`;

const FIRING = { disabled: "disable", origin: "enable", replica: "enable replica", always: "enable always" } as const;

function otherFiring(draw: Draw, now: string): string {
  return draw.one(Object.entries(FIRING).filter(([name]) => name !== now))[1];
}

export const TRIGGER_KINDS: MutationKinds = {
  "trigger extra": (draw) => {
    const { id } = draw.one(plainTables(draw));
    const name = draw.newName();
    const words = draw.one(["before insert", "after update or delete", "after insert"]);
    return extra(
      "trigger",
      `${id}.${name}`,
      `create trigger ${name} ${words} on ${id} for each ${draw.one(["row", "statement"])} execute function app.title_written()`,
    );
  },
  "trigger extra, of a parent": (draw) => {
    const name = draw.newName();
    return extra(
      "trigger",
      `app.measures.${name}`,
      `create trigger ${name} before insert on app.measures for each row execute function app.title_written('a', '2')`,
    );
  },
  "trigger missing": (draw) => {
    const found = draw.one(draw.catalog.triggers);
    return missing("trigger", found.id, `drop trigger ${quoted(found.name)} on ${tableOf(found)}`);
  },
  "trigger renamed": (draw) => {
    const found = draw.one(draw.catalog.triggers);
    return spreading(missing("trigger", found.id, `alter trigger ${quoted(found.name)} on ${tableOf(found)} rename to ${draw.newName()}`));
  },
  "trigger definition": (draw) => {
    const found = draw.one(
      draw.catalog.triggers.filter(({ definition }) => / (?:BEFORE|AFTER) UPDATE | AFTER INSERT OR UPDATE OF /.test(definition)),
    );
    const text = found.definition
      .replace(" UPDATE ON ", " UPDATE OR DELETE ON ")
      .replace(/ UPDATE OF \w+/, " UPDATE")
      .replace(/ WHEN \(.*\) EXECUTE/s, " EXECUTE");
    return spreading(different("trigger", found.id, "definition", `drop trigger ${quoted(found.name)} on ${tableOf(found)}; ${text}`));
  },
  "trigger function": () =>
    different(
      "trigger",
      "app.teams.touch_teams",
      "function",
      "create or replace trigger touch_teams after insert or update of title on app.teams for each row execute function app.title_written()",
    ),
  "trigger fires": (draw) => {
    const found = draw.one(draw.catalog.triggers.filter(({ definition }) => !definition.includes("INSTEAD OF")));
    return different(
      "trigger",
      found.id,
      "fires",
      `alter table ${tableOf(found)} ${otherFiring(draw, found.fires)} trigger ${quoted(found.name)}`,
    );
  },
  "rule extra": (draw) => {
    const { id } = draw.one(plainTables(draw));
    const name = draw.newName();
    return extra(
      "rule",
      `${id}.${name}`,
      `create rule ${name} as on delete to ${id} do ${draw.one(["instead nothing", "also notify removed"])}`,
    );
  },
  "rule missing": (draw) => {
    const found = draw.one(draw.catalog.rules);
    return missing("rule", found.id, `drop rule ${quoted(found.name)} on ${tableOf(found)}`);
  },
  "rule renamed": (draw) => {
    const found = draw.one(draw.catalog.rules);
    return spreading(missing("rule", found.id, `alter rule ${quoted(found.name)} on ${tableOf(found)} rename to ${draw.newName()}`));
  },
  "rule definition": (draw) => {
    const found = draw.one(draw.catalog.rules);
    return different(
      "rule",
      found.id,
      "definition",
      `create or replace rule ${quoted(found.name)} as on ${found.name === "no_delete" ? "delete" : "insert"} to ${tableOf(found)} do also notify other`,
    );
  },
  "rule fires": (draw) => {
    const found = draw.one(draw.catalog.rules);
    return different(
      "rule",
      found.id,
      "fires",
      `alter table ${tableOf(found)} ${otherFiring(draw, found.fires)} rule ${quoted(found.name)}`,
    );
  },
  "policy extra": (draw) => {
    const { id } = draw.one(plainTables(draw));
    const name = draw.newName();
    const words = draw.one([
      "using (true)",
      "for insert with check (true)",
      "as restrictive for select to diverse_reader using (1 = 1)",
      "for update using (true) with check (false)",
    ]);
    return extra("policy", `${id}.${name}`, `create policy ${name} on ${id} ${words}`);
  },
  "policy missing": (draw) => {
    const found = draw.one(draw.catalog.policies);
    return missing("policy", found.id, `drop policy ${quoted(found.name)} on ${tableOf(found)}`);
  },
  "policy renamed": (draw) => {
    const found = draw.one(draw.catalog.policies);
    return spreading(missing("policy", found.id, `alter policy ${quoted(found.name)} on ${tableOf(found)} rename to ${draw.newName()}`));
  },
  "policy using": (draw) => {
    const found = draw.one(draw.catalog.policies.filter(({ using }) => using !== undefined));
    return different(
      "policy",
      found.id,
      "using",
      `alter policy ${quoted(found.name)} on ${tableOf(found)} using (1 = ${draw.random.between(2, 9)})`,
    );
  },
  "policy check": (draw) => {
    const found = draw.one(draw.catalog.policies.filter(({ check }) => check !== undefined));
    return different(
      "policy",
      found.id,
      "check",
      `alter policy ${quoted(found.name)} on ${tableOf(found)} with check (1 = ${draw.random.between(2, 9)})`,
    );
  },
  "policy roles": (draw) => {
    const found = draw.one(draw.catalog.policies);
    return different(
      "policy",
      found.id,
      "roles",
      `alter policy ${quoted(found.name)} on ${tableOf(found)} to diverse_reader, diverse_owner`,
    );
  },
  "policy command": () =>
    // Its comment is dropped with it.
    spreading(
      different(
        "policy",
        "app.notes.visible",
        "command",
        "drop policy visible on app.notes; create policy visible on app.notes for delete using (seen = 'everyone' or number > 0)",
      ),
    ),
  "policy permissive": () =>
    // Its comment is dropped with it.
    spreading(
      different(
        "policy",
        "app.notes.visible",
        "permissive",
        "drop policy visible on app.notes; create policy visible on app.notes as restrictive for select using (seen = 'everyone' or number > 0)",
      ),
    ),
  "event trigger extra": (draw) => {
    const name = draw.newName();
    return extra(
      "event trigger",
      name,
      `create event trigger ${name} on ${draw.one(["sql_drop", "ddl_command_start"])} execute function app.on_ddl()`,
    );
  },
  "event trigger missing": () => missing("event trigger", "watch_ddl", "drop event trigger watch_ddl"),
  "event trigger fires": (draw) =>
    different("event trigger", "watch_ddl", "fires", `alter event trigger watch_ddl ${otherFiring(draw, "origin")}`),
  "event trigger tags": () =>
    different(
      "event trigger",
      "watch_ddl",
      "tags",
      "drop event trigger watch_ddl; create event trigger watch_ddl on ddl_command_end when tag in ('CREATE VIEW') execute function app.on_ddl()",
    ),
  "event trigger event": () =>
    different(
      "event trigger",
      "watch_ddl",
      "event",
      "drop event trigger watch_ddl; create event trigger watch_ddl on ddl_command_start when tag in ('CREATE TABLE') execute function app.on_ddl()",
    ),
};
