import { extend } from "../../commands/extend.ts";
import { expiryText } from "../expiry-text.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation) => {
  const { id, name, provider, expiresAt, tag } = await extend(invocation.options);
  const until = expiresAt?.toISOString() ?? null;
  invocation.print({ version: 1, id, name, provider, expiresAt: until }, () => [
    `${name}  ${until === null ? `was not extended; expiry: ${expiryText({ expiresAt, tag })}` : `expires at ${until}`}`,
  ]);
};
