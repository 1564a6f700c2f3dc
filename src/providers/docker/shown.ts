import { isIP } from "node:net";
import * as z from "zod";

/**
 * What the tool shows about containers and images, reduced to the fields that offshoot reads. Docker and Podman show them in
 * the same form (Docker Engine API, "Inspect a container" and "Inspect an image").
 */

/** An id or a name that is passed to the tool again. It never begins like an option. */
export const CONTAINER_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,255}$/;
const reference = z.string().regex(CONTAINER_ID);

const texts = z.record(z.string(), z.string());

const binding = z.object({
  HostIp: z
    .string()
    .refine((ip) => ip === "" || isIP(ip) !== 0, "must be an address")
    .optional(),
  HostPort: z.string().regex(/^[1-9]\d{0,4}$/),
});

export const SHOWN_CONTAINER = z.object({
  Id: reference,
  Name: z
    .string()
    .transform((name) => name.replace(/^\//, ""))
    .pipe(reference),
  Created: z.string().refine((time) => !Number.isNaN(Date.parse(time)), "must be a time"),
  State: z.object({ Status: z.string(), ExitCode: z.number().int().nullish() }),
  Config: z.object({ Labels: texts.nullish(), Env: z.array(z.string()).nullish() }),
  NetworkSettings: z.object({ Ports: z.record(z.string(), z.array(binding).nullable()).nullish() }).nullish(),
});

export const SHOWN_IMAGE = z.object({
  Env: z.array(z.string()).nullish(),
  /** Each key is a folder in the container. */
  Volumes: z.record(z.string().startsWith("/"), z.unknown()).nullish(),
});

export type ShownContainer = z.output<typeof SHOWN_CONTAINER>;

/** The part of an image's configuration that the start of a container needs. */
export type ImageConfig = z.output<typeof SHOWN_IMAGE>;

/** The tool's output, if it is JSON of this form; otherwise what is wrong, in words that follow "the answer ". */
export function parseShown<Form extends z.ZodType>(
  text: string,
  form: Form,
): { readonly found: z.output<Form> } | { readonly wrong: string } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { wrong: "is not JSON" };
  }
  const checked = form.safeParse(data);
  if (checked.success) return { found: checked.data };
  const field = checked.error.issues[0]?.path.slice(0, 6).map(String).join(".").slice(0, 80) ?? "";
  return { wrong: `is not what Docker sends${field === "" ? "" : ` (wrong field: ${field})`}` };
}
