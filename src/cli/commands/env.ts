import { env } from "../../env.ts";
import { OffshootError } from "../../errors.ts";
import type { Execute } from "../invocation.ts";

type Line = (name: string, value: string) => string;

const FORMATS: Readonly<Record<string, Line>> = {
  shell: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  dotenv: (name, value) => `${name}="${value.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`,
};

export const execute: Execute = async (invocation, flags) => {
  const format: string = flags["format"];
  const line = FORMATS[format];
  if (line === undefined && format !== "json") {
    throw new OffshootError("USAGE", `--format ${format} is not known.`, { remedy: "Use shell, dotenv or json." });
  }
  const variables = await env(invocation.options);
  if (invocation.json || line === undefined) invocation.write(`${JSON.stringify(variables)}\n`);
  else
    invocation.write(
      Object.entries(variables)
        .map(([name, value]) => `${line(name, String(value))}\n`)
        .join(""),
    );
};
