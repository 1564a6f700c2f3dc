import { describeUrl } from "../../postgres/url.ts";
import { outputsOf } from "../../commands/up.ts";
import { up, type UpResult } from "../../commands/up.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const result = await up(invocation.options);
  const { job } = invocation;
  if (flags["outputs"] === true) await job.write(job.service?.outputs(outputsOf(result), job.context) ?? []);
  invocation.print(upJson(result), () => upLines(result));
};

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
    `expires   ${database.expiresAt?.toISOString() ?? "never"}`,
  ];
}
