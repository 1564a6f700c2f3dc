import type { Maker } from "../repair-context.ts";
import { plain } from "../step.ts";

export const statistics: Maker = {
  create(id, { expected }) {
    const { definition, target } = expected.get("statistics", id);
    const create = definition.replace(/^CREATE STATISTICS /, "create statistics if not exists ");
    return plain(create, ...(target === undefined ? [] : [`alter statistics ${id} set statistics ${target}`]));
  },
  drop: (id) => plain(`drop statistics if exists ${id}`),
  alter(id, differences, { expected }) {
    if (differences.some(({ property }) => property !== "target")) return "recreate";
    return plain(`alter statistics ${id} set statistics ${expected.get("statistics", id).target ?? -1}`);
  },
};
