import { extend } from "../../commands/extend.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation) => {
  const { id, name, provider, expiresAt } = await extend(invocation.options);
  const until = expiresAt?.toISOString() ?? null;
  invocation.print({ version: 1, id, name, provider, expiresAt: until }, () => [
    `${name}  ${until === null ? "does not expire" : `expires at ${until}`}`,
  ]);
};
