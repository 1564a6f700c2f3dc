import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { psql } from "../../commands/psql.ts";
import { OffshootError } from "../../errors.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags, args) => {
  refuseStatement(flags["config"], invocation.options.cwd);
  const onStart = (): void => {
    invocation.progress.rest();
    invocation.ignoreInterrupts();
  };
  const { exitCode } = await psql({ ...invocation.options, args, onStart });
  invocation.exitCode = exitCode;
};

/** `psql -c 'select 1'` is a statement for psql, and `-c` in front of `--` is the configuration file of offshoot. */
function refuseStatement(config: unknown, cwd = "."): void {
  if (typeof config !== "string" || existsSync(resolve(cwd, config))) return;
  throw new OffshootError("USAGE", `The configuration file ${config} does not exist.`, {
    meaning: "-c before -- is the configuration file of offshoot.",
    remedy: `For psql's own -c, write: npx offshoot psql -- -c 'QUERY'. Otherwise correct the path after -c or --config.`,
  });
}
