import type { Repository } from "./repository.ts";
import type { Sign } from "./signs-below.ts";

/** Files with the command that a host runs before a release, and how the command is found in them if it migrates. */
const FILES: readonly { readonly file: string; readonly command: RegExp; readonly what: string }[] = [
  { file: "Procfile", command: /^release:[ \t]*(.*\bmigrat.*)$/m, what: "the release command in Procfile" },
  { file: "fly.toml", command: /^\s*release_command\s*=\s*["'](.*\bmigrat[^"']*)["']/m, what: "the release command in fly.toml" },
  {
    file: "render.yaml",
    command: /^\s*-?\s*preDeployCommand:\s*["']?(.*\bmigrat[^"'\n]*)/m,
    what: "the command before a deployment in render.yaml",
  },
];
/** The configuration of the Supabase CLI is written before the first migration. */
const SUPABASE = "supabase/config.toml";
const COMPOSE = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/** A service that only migrates. Its image has the program, so its command cannot be named. */
const SERVICE = /^ {2,4}["']?((?:db[_-]?)?migrat(?:e|ions?|or)(?:[_-]?db)?)["']?:[ \t\r]*$/m;

/** The commands and services of a repository that migrate where it is deployed or started. */
export async function commandsOfServices(repository: Repository): Promise<readonly Sign[]> {
  const there = await repository.list(".");
  const text = async (file: string): Promise<string> => (there.includes(file) ? ((await repository.read(file)) ?? "") : "");
  const commands = await Promise.all(
    FILES.map(async ({ file, command, what }) => {
      const found = command.exec(await text(file))?.[1]?.trim();
      return found === undefined ? [] : [{ command: found, text: what, setting: settingFor(`to run it: \`${found}\``) }];
    }),
  );
  const services = await Promise.all(
    COMPOSE.map(async (file) => {
      const name = SERVICE.exec(await text(file))?.[1];
      return name === undefined ? [] : [{ text: `the service ${name} in ${file}`, setting: settingFor("to the command that it runs") }];
    }),
  );
  const supabase: readonly Sign[] = (await repository.first(SUPABASE)) === undefined ? [] : [OF_SUPABASE];
  return [...commands.flat(), ...services.flat(), ...supabase];
}

const OF_SUPABASE: Sign = {
  text: `${SUPABASE}, without supabase/migrations`,
  setting:
    "migrations.command in offshoot.yaml to the command that creates the schema, and migrations.files to the files on which it depends",
};

function settingFor(command: string): string {
  return `migrations.command in offshoot.yaml ${command}, and migrations.files to the files on which it depends`;
}
