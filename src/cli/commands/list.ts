import { list } from "../../commands/list.ts";
import type { Listed } from "../../providers/provider.ts";
import type { Execute } from "../invocation.ts";
import { columns } from "../tables.ts";

export const execute: Execute = async (invocation, flags) => {
  const listed = await list({ ...invocation.options, all: flags["all"] === true });
  invocation.print(listed.map(listedJson), () => (listed.length === 0 ? ["no databases"] : columns(listed.map(row))));
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
  };
}

function row(listed: Listed): readonly string[] {
  const until = listed.broken
    ? "cannot be used: its creation or deletion did not finish"
    : listed.expiresAt === undefined
      ? "does not expire"
      : `expires at ${listed.expiresAt.toISOString()}`;
  return [listed.provider, listed.kind, listed.name, ownerOf(listed), until, listed.consoleUrl ?? ""];
}

function ownerOf({ tag }: Listed): string {
  if (tag === undefined) return "another owner";
  return tag.owner === undefined ? `run ${tag.run}` : `run ${tag.run} of ${tag.owner}`;
}
