import * as z from "zod";
import { OffshootError } from "../errors.ts";
import type { Plan, Planned } from "./plan.ts";

const item = z.strictObject({
  provider: z.string(),
  id: z.string().min(1),
  name: z.string().min(1),
  action: z.enum(["delete", "expire"]),
  reason: z.string(),
});

/** Neon allows 5,000 branches in a project, and a plan can be of several projects. */
const MOST_ITEMS = 100_000;
const file = z.strictObject({ version: z.literal(1), written: z.iso.datetime(), items: z.array(item).max(MOST_ITEMS) });

/** What a reviewed plan allows. */
export type PlanFile = z.output<typeof file>;

/** The plan as JSON, one item a line, so that a review can remove lines. */
export function planFileText(plan: Plan, now: Date): string {
  const items = plan.delete.map(({ listed, reason, expireAt }): PlanFile["items"][number] => ({
    provider: listed.provider,
    id: listed.id,
    name: listed.name,
    action: expireAt === undefined ? "delete" : "expire",
    reason: reason.text,
  }));
  const lines = items.map((each) => `    ${JSON.stringify(each)}`).join(",\n");
  return `{\n  "version": 1,\n  "written": "${now.toISOString()}",\n  "items": [\n${lines}\n  ]\n}\n`;
}

/** Reads a plan that `planFileText` wrote. Throws `USAGE` with the first wrong part. */
export function parsePlanFile(text: string, name: string): PlanFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(name, "it is not JSON");
  }
  const checked = file.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw wrong(name, `the value of ${issue?.path.map(String).join(".") || "the file"} is not valid`);
}

/** The part of a plan that the file allows too: the same branch, by id and name, and the same action. The rest is kept. */
export function restrictTo(plan: Plan, { items }: PlanFile): Plan {
  const allowed = new Set(items.map(({ provider, id, name, action }) => JSON.stringify([provider, id, name, action])));
  const isAllowed = ({ listed, expireAt }: Planned): boolean =>
    allowed.has(JSON.stringify([listed.provider, listed.id, listed.name, expireAt === undefined ? "delete" : "expire"]));
  const others = plan.delete.filter((planned) => !isAllowed(planned));
  return {
    delete: plan.delete.filter(isAllowed),
    keep: [...plan.keep, ...others.map(({ listed }): Planned => ({ listed, reason: NOT_IN_FILE }))],
  };
}

const NOT_IN_FILE = { code: "not-in-plan", text: "the plan of the file does not contain it" } as const;

function wrong(name: string, why: string): OffshootError {
  return new OffshootError("USAGE", `The plan ${name} cannot be used: ${why}.`, {
    remedy: "Write a new plan with `offshoot sweep --plan FILE`. Lines can be removed from it, and nothing else can be changed.",
  });
}
