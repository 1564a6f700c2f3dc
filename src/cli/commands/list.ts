import { list } from "../../commands/list.ts";
import type { Listed } from "../../providers/provider.ts";
import type { Execute } from "../invocation.ts";
import { databaseTable } from "../database-table.ts";

export const execute: Execute = async (invocation, flags) => {
  const listed = await list({ ...invocation.options, all: flags["all"] === true });
  const table = (): readonly string[] => databaseTable(listed, new Date(), invocation.columns);
  invocation.print(listed.map(listedJson), () => (listed.length === 0 ? ["no databases"] : table()));
};

/** One database in the JSON of `list` and `sweep`. */
export function listedJson(listed: Listed): Record<string, unknown> {
  return {
    provider: listed.provider,
    id: listed.id,
    consoleUrl: listed.consoleUrl ?? null,
    name: listed.name,
    kind: listed.kind,
    owned: listed.tag !== undefined,
    repository: listed.tag?.repository ?? null,
    run: listed.tag?.run ?? null,
    owner: listed.tag?.owner ?? null,
    createdAt: listed.createdAt?.toISOString() ?? null,
    expiresAt: listed.expiresAt?.toISOString() ?? null,
    lastUsedAt: listed.lastUsedAt?.toISOString() ?? null,
    sessions: listed.sessions ?? null,
    sizeBytes: listed.sizeBytes ?? null,
    broken: listed.broken,
    deleting: listed.deleting ?? false,
  };
}
