import { messageOf, OffshootError } from "../../errors.ts";
import type { Session } from "../../postgres/session.ts";
import { describeOutbound, findOutbound, type Outbound } from "../../rehearsal/outbound.ts";
import type { RehearsedCopy } from "../../rehearsal/rehearsal.ts";

/** Checks what could reach other systems from the copy, before anything runs in it. Throws `COPY_CONNECTED`. */
export async function secureCopy(session: Session, mode: "refuse" | "disable" | "allow"): Promise<RehearsedCopy["outbound"]> {
  const found = await findOutbound(session);
  if (mode === "allow") return found.map((each) => ({ name: describeOutbound(each), state: "active" }));
  if (mode === "refuse" && found.length > 0)
    throw connected(
      found,
      "It was not disabled.",
      found.every((each) => each.disable !== undefined),
    );
  const fixed = found.filter((each) => each.disable === undefined);
  if (fixed.length > 0) throw connected(fixed, "Nothing in Postgres disables it for the owner of the database.", false);
  for (const each of found) await disable(session, each);
  return found.map((each) => ({ name: describeOutbound(each), state: "disabled" }));
}

async function disable(session: Session, each: Outbound): Promise<void> {
  try {
    await session.query(each.disable ?? "select 1");
  } catch (thrown) {
    throw connected([each], `It could not be disabled: ${messageOf(thrown)}.`, false);
  }
}

function connected(found: readonly Outbound[], why: string, canDisable: boolean): OffshootError {
  const names = found.map(describeOutbound).join(", ");
  return new OffshootError("COPY_CONNECTED", `The copy can reach other systems: ${names}. ${why}`, {
    meaning: "A migration, a trigger or a job could change production from the copy. Nothing was run.",
    remedy: `${canDisable ? "Add --outbound disable to disable it in the copy, or" : "Add"} --outbound allow if your migrations do not use it.`,
    facts: { outbound: names },
  });
}
