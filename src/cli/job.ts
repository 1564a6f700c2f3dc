import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { CiService } from "../ci/ci.ts";
import { detectCi, serviceOf } from "../ci/detect.ts";
import { fit, SUMMARY_LIMIT } from "../ci/summary/fit.ts";
import { renderSummary } from "../ci/summary/render.ts";
import type { CommandSummary } from "../ci/summary/command-summary.ts";
import type { Annotation, Group, WriteContext, Write } from "../ci/write.ts";
import type { Conceal } from "../context/context.ts";
import { publish } from "../ci/publish.ts";
import type { Host } from "./host.ts";

/** The CI job around this process; outside of any CI its calls do nothing. */
export interface Job {
  /** The job's name, where the service tells it. */
  readonly name: string | undefined;
  readonly service: CiService | undefined;
  readonly context: WriteContext;
  readonly conceal: Conceal;
  group(title: string): Group | undefined;
  annotate(annotation: Annotation): Promise<void>;
  write(writes: readonly Write[]): Promise<void>;
  /** Puts a story on the run's page, and into a file where one is named. */
  publishSummary(story: CommandSummary, file: string | undefined): Promise<void>;
}

export function jobOf(host: Host): Job {
  const { env, stdout, stderr } = host;
  const ci = detectCi(env);
  const service = serviceOf(ci);
  const cwd = host.cwd();
  const where: WriteContext = { env, random: () => randomUUID().replaceAll("-", ""), now: () => new Date() };
  const told = new Set<string>();
  const write = (writes: readonly Write[]): Promise<void> => publish(writes, { stdout, stderr, cwd, env });
  return {
    name: ci.facts.job,
    service,
    context: where,
    write,
    async conceal(secrets) {
      const fresh = secrets.filter((secret) => !told.has(secret));
      for (const secret of fresh) told.add(secret);
      await write(service?.mask(fresh) ?? []);
    },
    group: (title) => service?.group(title, where),
    annotate: (annotation) => write(service?.annotate(annotation) ?? []),
    async publishSummary(story, file) {
      const text = `${renderSummary(story)}\n`;
      const writes = service?.summary(text, where) ?? [];
      const named: readonly Write[] = file === undefined ? [] : [{ to: "file", path: file, text }];
      await write(await Promise.all([...writes, ...named].map((each) => fitted(each, cwd))));
    },
  };
}

/** Other commands of the same step may have written to the same page, whose limit counts for all of them. */
async function fitted(write: Write, cwd: string): Promise<Write> {
  if (write.to !== "file") return write;
  const used = await stat(resolve(cwd, write.path)).then(
    ({ size }) => size,
    () => 0,
  );
  return { ...write, text: fit(write.text, SUMMARY_LIMIT - used) };
}
