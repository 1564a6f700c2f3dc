import { isUtf8 } from "node:buffer";
import { relative, resolve } from "node:path";
import type { Context } from "../../context/context.ts";
import type { Migrations } from "../../context/migrations.ts";
import { codeOf, OffshootError } from "../../errors.ts";
import { connect } from "../../postgres/connect.ts";
import { readBytes, readFailure } from "../../read-file.ts";
import { leavesMachine } from "../../readiness/fence.ts";
import { measure } from "../../rehearsal/measure/measure.ts";
import { SYNTAX_ERROR } from "../../rehearsal/measure/torn.ts";
import { observe } from "../../rehearsal/observe/observe.ts";
import { migrationFiles } from "../../rehearsal/sql/migration-files.ts";
import { namesIn } from "../../rehearsal/read-names.ts";
import { knownNames, namesOfText } from "../../rehearsal/sql/known-names.ts";
import { trafficBeside } from "../../rehearsal/traffic/beside.ts";
import { measuredTraffic } from "../../rehearsal/traffic/measured.ts";
import { parseTraffic } from "../../rehearsal/traffic/parse.ts";
import type { MeasuredTraffic, Traffic } from "../../rehearsal/traffic/traffic.ts";
import type { OpenCopy } from "./copy.ts";
import type { RehearseOptions } from "./options.ts";
import { secureRun } from "./outbound.ts";
import { NAME, runSteps } from "./run-steps.ts";

/** A hundred statements with long lists of values have less. */
const MAX_BYTES = 512 * 1024;

/** The traffic in a file. Throws `CONFIG_UNREADABLE`, and `CONFIG_INVALID` with all problems. */
export async function readTraffic(context: Context, named: string): Promise<Traffic> {
  const path = resolve(context.cwd, named);
  const file = relative(context.cwd, path);
  const unreadable = (why: string, reason: string | undefined): OffshootError =>
    new OffshootError("CONFIG_UNREADABLE", `Could not read the traffic file ${file}: ${why}.`, {
      remedy: "Correct the path after --traffic, or let offshoot propose a file: npx offshoot rehearse --propose-traffic traffic.yaml",
      facts: { file: path, reason },
    });
  const bytes = await readBytes(path, MAX_BYTES).catch((thrown: unknown) => {
    throw unreadable(readFailure(thrown), codeOf(thrown));
  });
  if (!isUtf8(bytes)) throw unreadable("it is not UTF-8 text", undefined);
  return parseTraffic(bytes.toString("utf8"), file);
}

/**
 * Runs the migrations in a copy of their own beside the traffic, so that the figures of the rehearsal itself are without it.
 * Throws `CONFIG_INVALID` when a statement fails before any migration.
 */
export async function rehearseTraffic(
  context: Context,
  open: OpenCopy,
  migrations: Migrations,
  traffic: Traffic,
  options: RehearseOptions,
): Promise<MeasuredTraffic> {
  return open(async (copy) => {
    const { signal } = context;
    const guard = await connect(copy.url, { signal });
    try {
      await secureRun(context, guard, migrations, options.outbound ?? context.settings.rehearse.outbound);
    } finally {
      await guard.close();
    }
    const throughBroker = migrations.steps.every(
      ({ command }) => command.kind !== "work" && leavesMachine(command, copy.url) === undefined,
    );
    const work = (others: () => readonly number[]): ReturnType<typeof observeSteps> =>
      observeSteps(context, migrations, copy.url, { throughBroker, others });
    const beside = { url: copy.url, random: Math.random, signal };
    const { result, collections, isParameter } = await trafficBeside(traffic, beside, work);
    copy.sent?.(result.recording.statements.map(({ sql }) => sql));
    const { measured } = measure(result, {
      files: migrationFiles([]),
      revisions: undefined,
      throughBroker,
      isOwn: () => false,
      literals: false,
    });
    const { errors, recording } = result;
    // In a statement with a syntax error, a part of a value can look like a name.
    const read = recording.statements.filter(({ sqlstate }) => sqlstate !== SYNTAX_ERROR);
    const sent = [...traffic.statements, ...read].flatMap(({ sql }) => namesOfText(sql));
    const isKnown = knownNames([...(await namesIn(copy.url, signal)), ...sent]);
    return measuredTraffic(traffic, collections, { ok: result.result.ok, errors, measured }, isKnown, isParameter);
  });
}

interface Observing {
  readonly throughBroker: boolean;
  /** The sessions of the traffic: its locks are not those of the migrations. */
  readonly others: () => readonly number[];
}

function observeSteps(context: Context, migrations: Migrations, url: Parameters<typeof runSteps>[2], { throughBroker, others }: Observing) {
  const observing = { url, name: NAME, useBroker: throughBroker, records: undefined, others, signal: context.signal };
  // Its output was shown by the rehearsal without the traffic.
  return observe(observing, (reached) => runSteps(context, migrations, reached, { literals: false, throughBroker }));
}
