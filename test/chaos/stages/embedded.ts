import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Session, withSession } from "../../support/session.ts";
import type { Stage } from "./stage.ts";

const run = promisify(execFile);
const BIN = new URL("../../../bin/offshoot.js", import.meta.url).pathname;

export interface EmbeddedRequest {
  /** The state folder of the lane. */
  readonly home: string;
  /** Name of the run. */
  readonly run: string;
  /** The migration command. */
  readonly command: readonly string[];
}

/** A run's database of the embedded provider, which is kept as a base after the migration. */
export async function embeddedStage({ home, run: name, command }: EmbeddedRequest): Promise<Stage> {
  const env = {
    OFFSHOOT_HOME: home,
    OFFSHOOT_PROVIDER: "embedded",
    OFFSHOOT_BASE: "true",
    OFFSHOOT_MIGRATIONS_COMMAND: command.map((word) => `'${word}'`).join(" "),
  };
  const offshoot = async (runName: string, ...args: readonly string[]): Promise<string> => {
    const all = { PATH: process.env["PATH"], HOME: "/", ...env, OFFSHOOT_RUN: runName };
    return (await run(process.execPath, [BIN, ...args, "--quiet"], { cwd: "/", env: all })).stdout;
  };
  const urlOf = async (runName: string): Promise<string> => {
    await offshoot(runName, "up");
    const variables = JSON.parse(await offshoot(runName, "env", "--format", "json")) as { DATABASE_URL_UNPOOLED: string };
    return variables.DATABASE_URL_UNPOOLED;
  };
  const copy = `${name}-copy`;
  return {
    url: await urlOf(name),
    server: undefined,
    args: [],
    env,
    /** A run with the same migrations starts from the base, if there is one. */
    async check() {
      const url = await urlOf(copy);
      if (!(await withSession(url, isCopy))) return [];
      const state = /"state":"(\w+)"/.exec(await offshoot(copy, "migrate", "--json"))?.[1];
      return [
        ...(state === "already" ? [] : [`a copy of the base was migrated again: ${state}`]),
        ...((await withSession(url, isWhole)) ? [] : ["the base holds a half of a migration"]),
      ];
    },
    async remove() {
      await offshoot(name, "down");
      await offshoot(copy, "down");
    },
  };
}

async function isCopy(session: Session): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>("select to_regclass('chaos.trace') is not null as found");
  return row?.found ?? false;
}

/** Whether the last command that began in the base also ended there. */
async function isWhole(session: Session): Promise<boolean> {
  const rows = await session.query(
    `select from chaos.trace e where step = 'end' and token = (select token from chaos.trace where step = 'begin' order by id desc limit 1)`,
  );
  return rows.length === 1;
}
