import { createHmac, randomBytes } from "node:crypto";

export interface SharedPassword {
  readonly text: string;
  readonly nonce: string | undefined;
}

/**
 * Processes that share the role know its password: it is made from that of the superuser, who can do more. Without one, the
 * password is random, and `nonce` keeps others from sharing the role.
 */
export function sharedPassword(superuser: string, name: string): SharedPassword {
  if (superuser === "") return { text: randomBytes(24).toString("base64url"), nonce: randomBytes(8).toString("hex") };
  return { text: createHmac("sha256", superuser).update(`role of a copy\n${name}`).digest("base64url"), nonce: undefined };
}
