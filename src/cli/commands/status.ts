import type { Marker } from "../../gate/marker.ts";
import { status } from "../../status.ts";
import { columns } from "../columns.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation) => {
  const { run, name, database, markers } = await status(invocation.options);
  const json = {
    version: 1,
    run,
    name,
    database:
      database === undefined
        ? null
        : {
            id: database.id,
            provider: database.provider,
            expiresAt: database.expiresAt?.toISOString() ?? null,
            postgresMajor: database.postgresMajor,
          },
    markers,
  };
  invocation.print(json, () => [
    `run       ${run}`,
    `name      ${name}`,
    ...(database === undefined
      ? ["database  none"]
      : [`database  ${database.provider} ${database.id}`, `expires   ${database.expiresAt?.toISOString() ?? "never by itself"}`]),
    ...(markers.length === 0 ? ["migrated  not yet"] : columns(markers.map(markerRow))),
  ]);
};

function markerRow(marker: Marker): readonly string[] {
  return [marker.state, marker.fingerprint.slice(0, 16), `run ${marker.run}`, `epoch ${marker.epoch}`];
}
