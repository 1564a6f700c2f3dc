import { down as downWith } from "../../down.ts";
import type { Invocation } from "../invocation.ts";

export async function down(invocation: Invocation): Promise<void> {
  const { name, outcome, providers } = await downWith(invocation.options);
  invocation.print({ version: 1, name, outcome, providers }, () => [`${outcome}  ${name}`]);
}
