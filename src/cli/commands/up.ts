import { describeUrl } from "../../postgres/url.ts";
import { expiryText } from "../expiry-text.ts";
import { outputsOf } from "../../commands/up.ts";
import { up, type UpResult } from "../../commands/up.ts";
import { ownCommand } from "../../shell-command.ts";
import { valueBelow } from "../fold.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const result = await up(invocation.options);
  const { job } = invocation;
  if (flags["outputs"] === true) await job.write(job.service?.outputs(outputsOf(result), job.context) ?? []);
  const { migrate } = flags["migrate"] === true ? await import("../../commands/migrate.ts") : {};
  const migrated = await migrate?.(invocation.options);
  const json = { ...upJson(result), ...(migrated === undefined ? {} : { migrated: migrated.state }) };
  const lines = [...upLines(result), ...(migrated === undefined ? [] : [`migrated  ${migrated.state}`])];
  invocation.print(json, () => lines.map((line) => valueBelow(line, invocation.columns)));
  // A database that was copied from its base has the migrations. Of an adopted one that is not known without asking it.
  const isMigrated = migrated !== undefined || (result.created ? result.database.base !== undefined : undefined);
  if (invocation.job.isCi || invocation.quiet) return;
  for (const line of nextSteps(isMigrated, invocation.options.settings)) invocation.log(line);
};

/** Where the URL is, and what comes next. It is not printed without being asked for, because it has a password. */
function nextSteps(isMigrated: boolean | undefined, settings: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const run = typeof settings["run"] === "string" ? ["--run", settings["run"]] : [];
  const offshoot = (...args: readonly string[]): string => ownCommand([...args, ...run]);
  return [
    `Its URL:  ${offshoot("url")}, or in a file: ${offshoot("env", "--write", ".env")}`,
    ...(isMigrated === undefined
      ? [`Next:     ${offshoot("psql")}, or if the migrations are new: ${offshoot("migrate")}`]
      : [`Next:     ${isMigrated ? offshoot("psql") : offshoot("migrate")}`]),
  ];
}

/** The output of `up --json`. It contains no secret. */
export function upJson({ database, created, readyMs }: UpResult): Record<string, unknown> {
  return {
    version: 1,
    id: database.id,
    consoleUrl: database.consoleUrl ?? null,
    name: database.name,
    provider: database.provider,
    created,
    expiresAt: database.expiresAt?.toISOString() ?? null,
    host: new URL(database.directUrl).host,
    readyMs,
  };
}

/** The output of `up` as lines. */
export function upLines({ database }: UpResult): readonly string[] {
  return [
    `name      ${database.name}`,
    `provider  ${database.provider}`,
    ...(database.consoleUrl === undefined ? [] : [`branch    ${database.id}`, `console   ${database.consoleUrl}`]),
    `database  ${describeUrl(database.directUrl)}`,
    `postgres  ${database.postgresMajor}`,
    `expires   ${expiryText(database)}`,
  ];
}
