import { ownCommand } from "../shell-command.ts";
import { OffshootError } from "../errors.ts";
import type { OwnerTag } from "../identity/owner-tag.ts";
import { isSameOwner } from "../identity/person.ts";
import type { Context } from "./context.ts";

type Caller = Pick<Context, "name" | "run">;

/** Whether a database belongs to a person who is not the caller. Databases of a CI belong to everybody in the repository. */
function belongsToOther({ run }: Caller, tag: OwnerTag): boolean {
  return tag.owner !== undefined && !isSameOwner(tag.owner, run.owner);
}

/** Reports that the run's database belongs to another person. Two people who set one name want to share a database. */
export function warnOfOtherOwner(context: Caller & Pick<Context, "emit">, tag: OwnerTag): void {
  if (!belongsToOther(context, tag)) return;
  const text = `The database ${context.name} belongs to ${tag.owner}, who uses the same run name. What you change in it, ${tag.owner} sees too.`;
  context.emit({ kind: "warning", text });
}

/** What a command with `--force` does to a database. */
const DONE = { down: "deleted", reset: "reset", restore: "restored", snapshot: "copied" } as const;

/** Throws `NOT_OURS` for the database of another person, unless `force` is the name of that person. `operands` follow the command. */
export function requireOwner(
  context: Caller,
  tag: OwnerTag,
  force: string | undefined,
  command: keyof typeof DONE = "down",
  operands: readonly string[] = [],
): void {
  if (!belongsToOther(context, tag) || force === tag.owner) return;
  throw new OffshootError("NOT_OURS", `The database ${context.name} belongs to ${tag.owner}, not to you.`, {
    meaning:
      force === undefined
        ? `It was not ${DONE[command]}, because that person may still use it.`
        : `It was not ${DONE[command]}, because --force names ${force}, and not its owner.`,
    remedy: `To do it nevertheless, run \`${ownCommand([command, ...operands, "--run", context.run.key, "--force", tag.owner ?? ""])}\`.`,
    facts: { owner: tag.owner },
  });
}

/** The option `force` of a command: `true`, or the owner of the database. */
interface Forced {
  readonly force?: boolean | string | undefined;
}

/** The person whose database may be deleted or changed. */
export function ownerIn({ force }: Forced): string | undefined {
  return typeof force === "string" ? force : undefined;
}

export function isForced({ force }: Forced): boolean {
  return force === true || typeof force === "string";
}
