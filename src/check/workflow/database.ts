import { copiedVariables, isConfiguredForFile } from "./committed.ts";
import { followStep, type Followed } from "./follow.ts";
import { startsDatabase } from "./own-server.ts";
import type { Repository } from "./repository.ts";
import { NEON_ACTION, type Reached, resolved, sharedBy, type Value } from "./shared-database.ts";
import { assignmentsOf, writtenVariables } from "./shell.ts";
import type { Job, Step, Texts, Workflow } from "./workflow.ts";

const VARIABLE =
  /(?:^|_)(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG|NEON|DIRECT|UNPOOLED|SQLALCHEMY|PRISMA|MIGRATE|MIGRATION|MIGRATIONS)_?\w*(?:URL|URI|DSN|HOST|HOSTNAME|SERVER|CONNECTION|CONNECTION_STRING)(?:_\w+)?$|^(?:PGHOST|DSN|DATABASE_URL\w*|CONNECTION_STRING)$/i;
/** What says only the kind of the database: `DB_ENGINE`, `DB_DRIVER`. */
const KIND = /(?:^|_)(?:DATABASE|DB|SQL)(?:_(?:ENGINE|DRIVER|ADAPTER|TYPE|KIND|CONNECTION|CLIENT|DIALECT|BACKEND))?$/i;
const URL = /^["']?postgres(?:ql)?(?:\+\w+)?:\/\//i;
const LOCAL =
  /sqlite|^file:|:memory:|\blocalhost\b|\b127\.\d+\.\d+\.\d+\b|\[?::1\]?|\b0\.0\.0\.0\b|host\.docker\.internal|^\/|@\/|^postgres(?:ql)?(?:\+\w+)?:\/\/\/|\bhost=\/|@[a-z][\w-]*(?::\d+)?(?:\/|$)|^(?:postgres|postgresql|db|database|pg)$/i;
/** A port of this machine that leads to a server elsewhere. */
const TUNNEL = /\bcloud[-_]sql[-_]proxy\b|\bssh\s.*-L\b|\bkubectl\b.*\bport-forward\b|\bfly(?:ctl)?\s+proxy\b|\bssm\s+start-session\b/;
const STARTING_ACTION =
  /postgres|postgis|timescale|supabase|mysql|mariadb|setup-pg|setup-db|compose-action|neon-local|docker-compose|devcontainers\/ci/i;
/** Actions that only install a program. */
const ONLY_INSTALLS = /setup-cli|setup-psql|client|install-psql|\bpsql\b/i;
const OFFSHOOT_ACTION = /\boffshoot(?:@|$)/;

/** Whether a job has a database server or a database file of its own. */
export function hasOwnDatabase(job: Job, repository: Repository): boolean {
  return (
    job.hasService ||
    job.steps.some(
      (step) =>
        (!NEON_ACTION.test(step.uses) && STARTING_ACTION.test(step.uses) && !ONLY_INSTALLS.test(step.uses)) ||
        OFFSHOOT_ACTION.test(step.uses) ||
        followStep(step, repository).some(({ text }) => startsDatabase(text)),
    )
  );
}

/** Where a command runs. */
export interface Place {
  readonly step: Step;
  readonly job: Job;
  readonly workflow: Workflow;
  readonly repository: Repository;
}

/** The database that a command of a step reaches. The steps before it can have written variables. */
export function reachedBy(command: Followed, { step, job, workflow, repository }: Place): Reached {
  const text = command.from === command.text ? command.text : `${command.from} ${command.text}`;
  const before = job.steps.slice(0, job.steps.indexOf(step) + 1);
  const written = before.map(({ run }) => writtenVariables(run));
  const given: Texts = Object.assign(
    {},
    workflow.env,
    job.env,
    ...written,
    step.env,
    assignmentsOf(command.from),
    assignmentsOf(command.text),
  ) as Texts;
  const inCommand = [...text.matchAll(/(?:^|["'\s=])((?:postgres(?:ql)?(?:\+\w+)?|sqlite\w*):(?:\/\/)?[^\s"']+)/g)].map(
    ([, value = ""]) => ({
      variable: "the command",
      value: resolved(value, given),
    }),
  );
  const all = [...inCommand, ...urlsIn(given)];
  const commands = before.flatMap((each) => followStep(each, repository));
  const tunnel = commands.some((each) => TUNNEL.test(each.text));
  if (isLocal(all, given) && !tunnel) return { kind: "own" };
  const [first] = all;
  if (first !== undefined) return sharedBy(first, inCommand.length > 0 ? inCommand : all, job, given);
  // The tool then reads a file of the repository.
  const copied = copiedVariables(commands, repository);
  return isLocal(urlsIn(copied), copied) || isConfiguredForFile(command, repository) ? { kind: "own" } : { kind: "unknown" };
}

function urlsIn(env: Texts): readonly Value[] {
  return Object.entries(env)
    .filter(([name, value]) => VARIABLE.test(name) || URL.test(value))
    .map(([variable, value]) => ({ variable, value: resolved(value, env).trim() }))
    .filter(({ value }) => value !== "");
}

function isLocal(values: readonly Value[], env: Texts): boolean {
  return (
    values.some(({ value }) => !value.includes("/cloudsql/") && LOCAL.test(value.replaceAll(/\$\{\{.*?\}\}/g, "x.example"))) ||
    Object.entries(env).some(([name, value]) => KIND.test(name) && /sqlite|:memory:/i.test(value))
  );
}
