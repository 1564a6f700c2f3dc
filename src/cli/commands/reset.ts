import { reset } from "../../commands/reset.ts";
import type { Execute } from "../invocation.ts";
import { upJson, upLines } from "./up.ts";

export const execute: Execute = async (invocation, flags) => {
  const force = flags["force"] as boolean | string | undefined;
  const { database, sameUrl, migrated } = await reset({ ...invocation.options, migrate: flags["migrate"] !== false, force });
  const { created: _, readyMs: __, ...facts } = upJson({ database, created: false, readyMs: 0, refusals: [] });
  invocation.print({ ...facts, sameUrl, migrated: migrated ?? null }, () => [
    ...upLines({ database, created: false, readyMs: 0, refusals: [] }),
    `migrated  ${migrated ?? "not run"}`,
  ]);
  if (!sameUrl) invocation.log("The URL of the database changed. Read it again with `offshoot env`.");
};
