import { makeHome, removeHome } from "../../support/state-folder.ts";
import { localVenue } from "./local.ts";
import type { Venue } from "./venue.ts";

/** The embedded provider with a state folder of its own. */
export async function embeddedVenue(): Promise<Venue> {
  const home = await makeHome();
  return localVenue("embedded", { OFFSHOOT_HOME: home, OFFSHOOT_PROVIDER: "embedded" }, () => removeHome(home));
}
