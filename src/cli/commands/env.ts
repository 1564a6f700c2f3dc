import type { CiService, CiServiceName } from "../../ci/ci.ts";
import { SERVICES } from "../../ci/detect.ts";
import { dotenvLines, shellDefaults, shellLines } from "../../ci/shell.ts";
import { stdout, type Variables, type Write } from "../../ci/write.ts";
import { env } from "../../commands/env.ts";
import { OffshootError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { Execute, Invocation } from "../invocation.ts";

export const execute: Execute = async (invocation, flags) => {
  const format = invocation.json ? "json" : String(flags["format"]);
  const render = rendererOf(format, invocation);
  const writes = render({ ...(await env(invocation.options)) });
  if (writes.length === 0) {
    throw new OffshootError("USAGE", `There is no file of ${format} to write the variables to.`, {
      meaning: "Its own variable that names the file is not set, so this is no job of that service.",
      remedy: "Use --format ci, which takes the service that this job runs on, or --format shell.",
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

const KNOWN: readonly string[] = [...Object.keys(PLAIN), ...Object.keys(SERVICES).filter((name) => name !== "generic"), "ci"];

function rendererOf(format: string, { job }: Invocation): Render {
  if (!KNOWN.includes(format)) throw unknownFormat(format);
  const plain = PLAIN[format];
  if (plain !== undefined) return plain;
  const service: Pick<CiService, "exports"> = format === "ci" ? (job.service ?? shellDefaults) : SERVICES[format as CiServiceName];
  return (variables) => service.exports(variables, job.context);
}

function unknownFormat(format: string): OffshootError {
  const meant = nearest(format, KNOWN);
  return new OffshootError("USAGE", `--format ${format} is not known${meant === undefined ? "" : `; did you mean ${meant}?`}.`, {
    remedy: `Use one of ${KNOWN.join(", ")}.`,
  });
}
