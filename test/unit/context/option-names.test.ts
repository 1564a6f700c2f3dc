import { expect, test } from "vitest";
import { OPTION_NAMES } from "../../../src/context/option-values.ts";
import * as library from "../../../src/index.ts";

/** Every name, as the compiler knows them: one that is missing here or that no function has does not compile. */
type Name =
  | keyof library.AuditOptions
  | keyof library.CloneRunOptions
  | keyof library.DropCloneOptions
  | keyof library.DiffOptions
  | keyof library.DoctorOptions
  | keyof library.DownOptions
  | keyof library.DriftOptions
  | keyof library.EnvOptions
  | keyof library.ExtendOptions
  | keyof library.InitOptions
  | keyof library.InitHooksOptions
  | keyof library.ListOptions
  | keyof library.MigrateOptions
  | keyof library.ResetOptions
  | keyof library.ProposeTrafficOptions
  | keyof library.RehearseOptions
  | keyof library.PsqlOptions
  | keyof library.WriteEnvOptions
  | keyof library.RestoreOptions
  | keyof library.SnapshotOptions
  | keyof library.RollbackCheckOptions
  | keyof library.RunOptions
  | keyof NonNullable<Parameters<typeof library.watchStatus>[0]>
  | keyof library.SweepOptions
  | keyof library.UpOptions
  | keyof library.WaitOptions
  | keyof library.WriteBaselineOptions
  | keyof library.WriteSpecOptions
  | keyof library.CheckMetricsOptions
  | keyof library.CheckWorkerOptions
  | keyof library.CheckWorkflowOptions;
const NAMES: Readonly<Record<Name, true>> = {
  cwd: true,
  env: true,
  signal: true,
  hurry: true,
  onEvent: true,
  progress: true,
  config: true,
  settings: true,
  conceal: true,
  now: true,
  actual: true,
  after: true,
  all: true,
  allRepositories: true,
  also: true,
  alternatives: true,
  apply: true,
  args: true,
  before: true,
  command: true,
  compare: true,
  configure: true,
  container: true,
  dryRun: true,
  everyMs: true,
  expected: true,
  failOn: true,
  file: true,
  files: true,
  for: true,
  force: true,
  fresh: true,
  from: true,
  grace: true,
  idleMs: true,
  ignore: true,
  keep: true,
  keepOnFailure: true,
  last: true,
  lines: true,
  literals: true,
  log: true,
  match: true,
  metrics: true,
  migrate: true,
  must: true,
  mustNot: true,
  name: true,
  offline: true,
  olderThanMs: true,
  onStart: true,
  outbound: true,
  pid: true,
  pidFile: true,
  plan: true,
  ready: true,
  reason: true,
  repair: true,
  replace: true,
  require: true,
  restarts: true,
  retry: true,
  service: true,
  spec: true,
  terminal: true,
  token: true,
  traffic: true,
  update: true,
  url: true,
  within: true,
  work: true,
  workName: true,
  yes: true,
};

test("the names of options are those of the types", () => {
  expect(OPTION_NAMES.toSorted()).toEqual(Object.keys(NAMES).toSorted());
});

const WITHOUT_OPTIONS = new Set(["OffshootError", "isOffshootError", "renderFindings", "watchStatus"]);
const functions = Object.entries(library).filter(([name, each]) => typeof each === "function" && !WITHOUT_OPTIONS.has(name)) as [
  string,
  (options: unknown) => Promise<unknown>,
][];

test.each(functions)("%s refuses a misspelt option, and what is not an object, before it does anything", async (_, call) => {
  await expect(call({ setings: { run: "demo" } })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: 'No function of offshoot has an option "setings". Did you mean "settings"?',
  });
  await expect(call(null)).rejects.toMatchObject({ code: "CONFIG_INVALID", message: "The options are null, and must be an object." });
  await expect(call("demo")).rejects.toMatchObject({ code: "CONFIG_INVALID", message: "The options are a text, and must be an object." });
});

test.each([
  [{ outbound: "disabled" }, 'The option "outbound" is "disabled", and must be refuse, disable or allow. Did you mean "disable"?'],
  [{ failOn: "fatal" }, 'The option "failOn" is "fatal", and must be error, warning or info.'],
  [{ alternatives: "no" }, 'The option "alternatives" is a text, and must be true or false.'],
  [{ literals: 1 }, 'The option "literals" is a number, and must be true or false.'],
  [{ from: null }, 'The option "from" is null, and must be a text.'],
  [{ from: 5 }, 'The option "from" is a number, and must be a text.'],
  [{ command: "bash m.sh" }, 'The option "command" is a text, and must be a list of texts, such as ["npm", "run", "migrate"].'],
  [
    { command: [1, 2] },
    'The option "command" is a list that has other values than texts, and must be a list of texts, such as ["npm", "run", "migrate"].',
  ],
  [{ signal: "x" }, 'The option "signal" is a text, and must be an AbortSignal.'],
  [{ onEvent: 3 }, 'The option "onEvent" is a number, and must be a function.'],
  [{ settings: "x" }, 'The option "settings" is a text, and must be an object.'],
  [{ last: Number.NaN }, 'The option "last" is not a number, and must be a number.'],
])("%o is refused by rehearse before anything is done", async (options, message) => {
  await expect(library.rehearse(options as library.RehearseOptions)).rejects.toMatchObject({ code: "CONFIG_INVALID", message });
});

test("a file without a default is required", async () => {
  for (const call of [library.proposeTraffic, library.writeEnv] as unknown as readonly ((options: object) => Promise<unknown>)[])
    await expect(call({})).rejects.toMatchObject({ code: "CONFIG_INVALID", message: 'The option "file" is missing.' });
});
