import { psql } from "../../commands/psql.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, _flags, args) => {
  const onStart = (): void => {
    invocation.progress.rest();
    invocation.ignoreInterrupts();
  };
  const { exitCode } = await psql({ ...invocation.options, args, onStart });
  invocation.exitCode = exitCode;
};
