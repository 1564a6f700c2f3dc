import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take minutes, the longest first. One that started last would run alone, while the other workers have no work. */
export const LONGEST = [
  "rehearsal/patterns-all",
  "providers/neon/faults",
  "commands/rollback-check-tools",
  "migration-tools/matrix",
  "init/bare-debian",
  "runners/runners",
  "cli/commands/check-worker",
  "providers/docker/docker",
  "drift/generated-histories",
  "migration-tools/left-out",
  "examples/workflow",
  "readiness/cause",
  "examples/reported-case",
].map((name) => `test/integration/${name}.test.ts`);

/** Starts the longest files first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is a method of the sequencer, not of an array
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return at === -1 ? LONGEST.length : at;
}
