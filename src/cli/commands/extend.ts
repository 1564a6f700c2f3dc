import { extend } from "../../commands/extend.ts";
import { expiryText } from "../expiry-text.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation) => {
  const { id, name, provider, expiresAt, tag } = await extend(invocation.options);
  const text = expiryText({ expiresAt, tag });
  invocation.print({ version: 1, id, name, provider, expiresAt: expiresAt?.toISOString() ?? null }, () => [
    `${name}  ${expiresAt === undefined ? `was not extended; expiry: ${text}` : `expires at ${text}`}`,
  ]);
};
