import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { rejectKeysAt } from "./invocation.ts";
import type { VenueName } from "./plans.ts";
import { dockerVenue } from "./venues/docker.ts";
import { embeddedVenue } from "./venues/embedded.ts";
import { neonVenue } from "./venues/neon.ts";
import type { Venue } from "./venues/venue.ts";

/** All places where the schedules of a series create databases. */
export interface World {
  readonly venues: ReadonlyMap<VenueName, Venue>;
  /** Ends everything. Returns what is broken. */
  end(): Promise<readonly string[]>;
}

export async function openWorld(): Promise<World> {
  const [embedded, neon, docker, refusing] = await Promise.all([embeddedVenue(), neonVenue(), dockerVenue(), refuseKeys()]);
  const all = [embedded, neon, ...(docker === undefined ? [] : [docker])];
  return {
    venues: new Map(all.map((venue) => [venue.name, venue])),
    async end() {
      refusing.close();
      return (await Promise.all(all.map((venue) => venue.end()))).flat();
    },
  };
}

/** An API that answers as Neon does to a wrong key. */
async function refuseKeys(): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(401, { "content-type": "application/json" });
    response.end(JSON.stringify({ code: "", message: "authorization token is invalid" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  rejectKeysAt(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/api/v2`);
  return server;
}
