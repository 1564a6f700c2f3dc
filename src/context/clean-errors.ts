import { withoutSecrets } from "../errors.ts";
import type { Context } from "./context.ts";

/** The result of `work`. Its error has no secret of the context. */
export async function withCleanErrors<Result>({ secrets }: Pick<Context, "secrets">, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    throw withoutSecrets(thrown, secrets);
  }
}

/** An object whose asynchronous methods throw such errors too. The caller uses them after the command has ended. */
export function withCleanMethods<Value extends object>(value: Value, context: Pick<Context, "secrets">): Value {
  const copy = { ...value };
  for (const name of Reflect.ownKeys(copy) as (keyof Value)[]) {
    const method: unknown = copy[name];
    if (typeof method !== "function") continue;
    const clean = (...values: unknown[]): Promise<unknown> =>
      withCleanErrors(context, async () => {
        const result: unknown = await Reflect.apply(method, value, values);
        return typeof result === "object" && result !== null && Symbol.asyncDispose in result ? withCleanMethods(result, context) : result;
      });
    copy[name] = clean as Value[keyof Value];
  }
  return copy;
}
