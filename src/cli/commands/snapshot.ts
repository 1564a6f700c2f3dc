import { deleteSnapshot, listSnapshots, snapshot, type StoredSnapshot } from "../../commands/snapshot.ts";
import { OffshootError } from "../../errors.ts";
import type { Execute } from "../invocation.ts";
import { columns } from "../tables.ts";
import { formatUtc } from "../../moment.ts";

export const execute: Execute = async (invocation, flags, [name]) => {
  const { options } = invocation;
  const [lists, deletes] = [flags["list"] === true, flags["delete"] === true];
  if (lists !== (name === undefined) || (lists && deletes)) throw unclear(name);
  if (name === undefined) {
    const all = await listSnapshots(options);
    invocation.print({ version: 1, snapshots: all.map(json) }, () => (all.length === 0 ? ["no snapshots"] : columns(all.map(row))));
  } else if (deletes) {
    const outcome = await deleteSnapshot({ ...options, name });
    invocation.print({ version: 1, name, outcome }, () => [`${outcome}  ${name}`]);
  } else {
    const force = flags["force"] as boolean | string | undefined;
    const stored = await snapshot({ ...options, name, replace: flags["replace"] === true, force });
    invocation.print({ version: 1, ...json(stored) }, () => columns([row(stored)]));
  }
};

function json({ provider, name, id, createdAt, expiresAt, sizeBytes }: StoredSnapshot): Record<string, unknown> {
  return { provider, name, id, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString(), sizeBytes: sizeBytes ?? null };
}

function row({ provider, name, createdAt, expiresAt }: StoredSnapshot): readonly string[] {
  return [provider, name, `stored at ${formatUtc(createdAt)}`, `expires at ${formatUtc(expiresAt)}`];
}

function unclear(name: string | undefined): OffshootError {
  return new OffshootError(
    "USAGE",
    name === undefined ? "No name for the snapshot was given." : "--list shows all snapshots, and takes no name.",
    {
      remedy: "Write `offshoot snapshot NAME`, `offshoot snapshot NAME --delete` or `offshoot snapshot --list`.",
    },
  );
}
