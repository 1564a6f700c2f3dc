import type { Context } from "../context/context.ts";
import { defaultTtl, expiresAt } from "../identity/expiry.ts";
import { messageOf, OffshootError } from "../errors.ts";
import { ownCommand } from "../shell-command.ts";
import type { Clone } from "../providers/provider.ts";
import { describeFailed } from "./failed-tests.ts";
import type { OpenSuite } from "./open-suite.ts";
import type { SuiteClones } from "./suite-clones.ts";
import { formatUtc } from "../moment.ts";
import { type Failure, SERVER } from "./protocol.ts";

/** A clone in use, and who uses it. */
interface Taken {
  readonly clone: Clone;
  readonly worker: string;
  readonly per: "file" | "worker" | "extra";
  /** The connection that asked for it. */
  readonly by: object;
  /** The test files that used it, the last one last. */
  readonly files: string[];
  /** The names of the tests that failed in it, and how many of them a line has named. */
  readonly failed: Set<string>;
  named: number;
  /** The name of the file that failed without a failed test. */
  failedFile?: string | undefined;
}

/** What the workers of a suite ask for. */
export interface Suite {
  take(worker: string, per: Taken["per"], by: object, file?: string): Promise<Clone>;
  reset(name: string, force: boolean): Promise<void>;
  drop(name: string): Promise<void>;
  uses(name: string, file: string): void;
  /** Records what failed in a clone. Returns how to open the clone, once. */
  failed(failure: Failure): readonly string[];
  /** Lines about kept clones in which more tests failed since a line has named them. */
  later(): readonly string[];
  /** The process behind a connection has ended. */
  disconnected(by: object): Promise<void>;
  /** Deletes everything that is not kept. Returns what people should know. */
  end(): Promise<readonly string[]>;
}

export function suiteOf(open: OpenSuite, clones: SuiteClones, context: Context, keepOnFailure: boolean): Suite {
  const taken = new Map<string, Taken>();
  const ofWorker = new Map<string, Promise<Clone>>();
  const ttlMs = context.settings.ttlMs ?? defaultTtl(context.ci.isCi);
  const until = expiresAt(context.now(), ttlMs);

  const find = (name: string): Taken => {
    const found = taken.get(name);
    if (found !== undefined) return found;
    throw new OffshootError("DATABASE_UNKNOWN", `There is no clone ${name} in this test run.`);
  };
  /** A failed test's clone is kept; with `keepOnFailure` it must not be dropped before all tests have reported. */
  const mayDrop = (each: Taken): boolean => !hasFailed(each) && !keepOnFailure;
  const dropQuietly = async (each: Taken, how: (name: string) => Promise<boolean | void>): Promise<void> => {
    try {
      if ((await how(each.clone.name)) !== false) taken.delete(each.clone.name);
    } catch (thrown) {
      context.emit({ kind: "warning", text: `The clone ${each.clone.name} was not deleted yet: ${messageOf(thrown)}` });
    }
  };

  async function takeNew(worker: string, per: Taken["per"], by: object): Promise<Clone> {
    const earlier = [...taken.values()].filter((each) => per === "file" && each.worker === worker && mayDrop(each));
    const clone = await clones.take();
    taken.set(clone.name, { clone, worker, per, by, files: [], failed: new Set(), named: 0 });
    for (const each of earlier) void dropQuietly(each, (name) => clones.dropUnused(name));
    return clone;
  }

  /** With each line all tests of the clone are named. */
  function later(): readonly string[] {
    const clonesOfMore = [...taken.values()].filter(({ failed, named }) => failed.size > named);
    return clonesOfMore.map((each) => {
      each.named = each.failed.size;
      return allLine(each);
    });
  }

  return {
    later,
    async take(worker, per, by, file) {
      const taking = (per === "worker" ? ofWorker.get(worker) : undefined) ?? takeNew(worker, per, by);
      if (per === "worker") {
        ofWorker.set(worker, taking);
        taking.catch(() => ofWorker.delete(worker));
      }
      const clone = await taking;
      if (file !== undefined) find(clone.name).files.push(file);
      return clone;
    },
    reset: (name, force) => clones.reset(find(name).clone.name, force),
    async drop(name) {
      const each = find(name);
      await clones.drop(each.clone.name);
      taken.delete(name);
    },
    uses: (name, file) => void find(name).files.push(file),
    failed(failure) {
      const { file, tests, title } = failure;
      const each = [...taken.values()].findLast((one) => isOf(failure, one));
      if (each === undefined || (tests.length === 0 && title === undefined) || !keepOnFailure) return [];
      const isNamed = hasFailed(each);
      for (const test of tests) each.failed.add(test);
      each.failedFile ??= title;
      // What fails later in a clone that is shared is named when a process of the runner ends.
      if (isNamed) return [];
      each.named = each.failed.size;
      const isOfServer = each.worker === SERVER;
      // The next file of the worker would change the rows of the failed test. A web server keeps its clone.
      if (each.per === "worker" && !isOfServer) ofWorker.delete(each.worker);
      const isShared = isOfServer || (file !== undefined && each.files.at(-1) !== file);
      return [keptLine(each, until, context), ...(isShared ? [SHARED] : [])];
    },
    async disconnected(by) {
      for (const each of taken.values())
        if (each.by === by && each.per !== "worker" && mayDrop(each)) await dropQuietly(each, (name) => clones.drop(name));
    },
    async end() {
      const all = [...taken.values()];
      const kept = all.filter(hasFailed);
      await Promise.all(kept.map(({ clone }) => clones.keep(clone.name, until)));
      await Promise.all(all.filter((each) => !kept.includes(each)).map((each) => dropQuietly(each, (name) => clones.drop(name))));
      await clones.close();
      // On Neon a clone is a database of the run's branch, and would be deleted with it.
      const isOnBranch = open.database.provider === "neon" && kept.length > 0;
      const reason = await open.close(isOnBranch ? "kept-on-failure" : undefined);
      if (reason !== "kept-on-failure") return later();
      const what = kept.length === 1 ? "the clone" : "the clones";
      return [...later(), `The branch ${open.database.name} is kept with ${what} of the failed tests.`];
    },
  };
}

const hasFailed = ({ failed, failedFile }: Taken): boolean => failed.size > 0 || failedFile !== undefined;

function isOf({ clone, file, worker }: Failure, one: Taken): boolean {
  if (clone !== undefined) return one.clone.name === clone;
  if (file !== undefined) return one.files.includes(file);
  return one.worker === worker && one.per !== "extra";
}

const SHARED = "Other tests use this clone too, so its rows can be different from those at the failure. Run the failed test alone.";

function keptLine({ clone, failed, failedFile }: Taken, until: Date, { run }: Context): string {
  const url = ownCommand(["clone", clone.name, "--run", run.key]);
  // With an empty URL, psql would open the database of the machine.
  return `The clone of ${describeFailed([...failed], failedFile)} is kept until ${formatUtc(until)}: url=$(${url}) && psql "$url"`;
}

/** For a clone in which more tests failed after it was said how to open it. */
function allLine({ clone, failed }: Taken): string {
  return `The kept clone ${clone.name} is the one of ${describeFailed([...failed])}.`;
}
