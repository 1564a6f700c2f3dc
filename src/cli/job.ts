import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { CiService } from "../ci/ci.ts";
import { detectCi, serviceOf } from "../ci/detect.ts";
import { fit, SUMMARY_LIMIT } from "../ci/summary/fit.ts";
import { renderSummary } from "../ci/summary/render.ts";
import type { CommandSummary } from "../ci/summary/command-summary.ts";
import type { Annotation, WriteContext, Write } from "../ci/write.ts";
import type { Conceal } from "../context/context.ts";
import { type Inert, inertJson } from "../ci/inert.ts";
import { shellDefaults } from "../ci/shell.ts";
import { publish } from "../ci/publish.ts";
import { stat } from "../file-facts.ts";
import { secretValues } from "../own-secrets.ts";
import { hideSecrets } from "../redact.ts";
import { workingDirectory } from "../process/working-directory.ts";
import type { Host } from "./host.ts";

/** The CI job of this process. Outside of a CI its functions do nothing. */
export interface Job {
  /** The job's name, if the service provides it. */
  readonly name: string | undefined;
  readonly service: CiService | undefined;
  readonly isCi: boolean;
  readonly context: WriteContext;
  readonly conceal: Conceal;
  /** A text without the secrets that are concealed, in which the CI service finds no command. */
  readonly clean: (text: string) => string;
  readonly inert: Inert;
  /** A text without the secrets that are concealed. */
  readonly hideSecrets: (text: string) => string;
  /** `clean` for JSON. */
  readonly cleanJson: (json: string) => string;
  annotate(annotation: Annotation): Promise<void>;
  write(writes: readonly Write[]): Promise<void>;
  /** Writes a summary to the page of the CI run, and appends it to `file` if there is one. */
  publishSummary(summary: CommandSummary, file: string | undefined): Promise<void>;
}

/** `beforeWrite` is called before anything is written for the CI service. */
export function jobOf(host: Host, beforeWrite: () => void = () => {}): Job {
  const { env, stdout, stderr } = host;
  const ci = detectCi(env);
  const service = serviceOf(ci);
  const context: WriteContext = { env, random: () => randomUUID().replaceAll("-", ""), now: () => new Date() };
  const masked = new Set<string>();
  const inert = (service ?? shellDefaults).inert;
  // The CI service hides the values of variables itself, if it knows that they are secret.
  const named = secretValues(env);
  const hide = (text: string): string => hideSecrets(text, [...masked, ...named]);
  const write = async (writes: readonly Write[]): Promise<void> => {
    if (writes.length === 0) return;
    beforeWrite();
    await publish(writes, {
      stdout,
      stderr,
      env,
      get cwd() {
        return workingDirectory(() => host.cwd());
      },
    });
  };
  return {
    name: ci.facts.job,
    service,
    isCi: ci.isCi,
    context,
    write,
    async conceal(secrets) {
      const added = secrets.filter((secret) => !masked.has(secret));
      for (const secret of added) masked.add(secret);
      await write(service?.mask(added) ?? []);
    },
    inert,
    clean: (text) => inert(hide(text)),
    hideSecrets: hide,
    cleanJson: (json) => inertJson(hide(json)),
    annotate: (annotation) => write(service?.annotate({ ...annotation, message: hide(annotation.message) }) ?? []),
    async publishSummary(summary, file) {
      const text = `${renderSummary(summary)}\n`;
      const writes = service?.summary(text, context) ?? [];
      const copy: readonly Write[] = file === undefined ? [] : [{ to: "file", path: file, text }];
      await write(await Promise.all([...writes, ...copy].map((each) => fitToLimit(each, host))));
    },
  };
}

/** The size limit of a page applies to all commands of a step together, so the size of the file is subtracted. */
async function fitToLimit(write: Write, host: Host): Promise<Write> {
  if (write.to !== "file") return write;
  const used = await stat(
    resolve(
      workingDirectory(() => host.cwd()),
      write.path,
    ),
  ).then(
    ({ size }) => size,
    () => 0,
  );
  return { ...write, text: fit(write.text, SUMMARY_LIMIT - used) };
}
