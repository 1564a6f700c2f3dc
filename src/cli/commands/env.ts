import type { CiService, CiServiceName } from "../../ci/ci.ts";
import { SERVICES } from "../../ci/detect.ts";
import { dotenvLines, shellDefaults, shellLines } from "../../ci/shell.ts";
import { stdout, type Variables, type Write } from "../../ci/write.ts";
import { env } from "../../commands/env.ts";
import { OffshootError } from "../../errors.ts";
import { choiceFlag } from "../flags.ts";
import type { Execute, Invocation } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const file = flags["write"] as string | undefined;
  if (file !== undefined) {
    const { writeEnv } = await import("../../commands/write-env.ts");
    const written = await writeEnv({ ...invocation.options, file });
    return invocation.print({ version: 1, ...written }, () => [
      `wrote  ${written.file}  (${written.names.length} variables, readable by you only)`,
    ]);
  }
  const format = invocation.json ? "json" : String(flags["format"]);
  const render = rendererOf(format, invocation);
  const writes = render({ ...(await env(invocation.options)) });
  if (writes.length === 0) {
    throw new OffshootError("USAGE", `The variables could not be written for ${format}: the file for them is unknown.`, {
      meaning: "The environment variable with the path of that file is not set, so this is not a job of that service.",
      remedy: "Use --format ci, which detects the service of this job, or --format shell.",
    });
  }
  await invocation.job.write(writes);
};

type Render = (variables: Variables) => readonly Write[];

const PLAIN: Readonly<Record<string, Render>> = {
  shell: (variables) => stdout(...shellLines(variables)),
  dotenv: (variables) => stdout(...dotenvLines(variables)),
  json: (variables) => stdout(JSON.stringify(variables)),
};

const FORMATS: readonly string[] = [...Object.keys(PLAIN), ...Object.keys(SERVICES).filter((name) => name !== "generic"), "ci"];

function rendererOf(format: string, { job }: Invocation): Render {
  const plain = PLAIN[choiceFlag("--format", format, FORMATS)];
  if (plain !== undefined) return plain;
  const service: Pick<CiService, "exports"> = format === "ci" ? (job.service ?? shellDefaults) : SERVICES[format as CiServiceName];
  return (variables) => service.exports(variables, job.context);
}
