import { clone, dropClone } from "../../commands/clone.ts";
import { listClones, type ListedClone } from "../../commands/list-clones.ts";
import { OffshootError } from "../../errors.ts";
import { variablesOfUrl } from "../../providers/variables.ts";
import { cloneTable } from "../clone-table.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags, [name]) => {
  const [lists, deletes, force] = [flags["list"] === true, flags["delete"] === true, flags["force"] === true];
  if (lists) {
    if (name !== undefined || deletes || force)
      throw new OffshootError("USAGE", "--list shows all clones, and takes no name and no other flag of this command.", {
        remedy: "Write `npx offshoot clone --list`, or `npx offshoot clone NAME` for the URL of one of them.",
      });
    const clones = await listClones(invocation.options);
    const table = (): readonly string[] => cloneTable(clones, new Date(), invocation.columns);
    invocation.print({ version: 1, clones: clones.map(json) }, () => (clones.length === 0 ? ["no clones"] : table()));
    return;
  }
  if (deletes) {
    if (name === undefined) throw new OffshootError("USAGE", "No clone was named.", { remedy: "Write: npx offshoot clone --delete NAME" });
    const outcome = await dropClone({ ...invocation.options, name, force });
    invocation.print({ version: 1, name, outcome }, () => [`${outcome}  ${name}`]);
    return;
  }
  if (force)
    throw new OffshootError("USAGE", "--force has no effect without --delete.", {
      remedy: "Write: npx offshoot clone --delete NAME --force",
    });
  const made = await clone({ ...invocation.options, name });
  const { url, directUrl, expiresAt } = made;
  // The URL is what this command is for, so its password is not hidden, as in `env`.
  const variables = variablesOfUrl(url, directUrl);
  const shown = { version: 1, name: made.name, url, directUrl, expiresAt: expiresAt.toISOString(), variables };
  invocation.write(invocation.json ? `${JSON.stringify(shown)}\n` : `${url}\n`);
};

function json({ name, database, provider, createdAt, expiresAt, endsWith, kept }: ListedClone): Record<string, unknown> {
  const times = { createdAt: createdAt?.toISOString() ?? null, expiresAt: expiresAt?.toISOString() ?? null };
  return { name, database, provider, ...times, endsWith, kept };
}
