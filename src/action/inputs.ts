import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/**
 * All inputs with their defaults, equal to `action.yml`. The first fifteen are those of neondatabase/create-branch-action
 * v6.4.0, so that a workflow needs to change only its `uses:` line.
 */
export const INPUTS = {
  api_key: "",
  api_host: "",
  branch_name: "",
  project_id: "",
  parent_branch: "",
  prisma: "false",
  database: "",
  role: "",
  branch_type: "default",
  ssl: "require",
  suspend_timeout: "0",
  expires_at: "",
  masking_rules: "",
  get_auth_url: "false",
  get_data_api_url: "false",
  command: "up",
  script: "",
  run: "",
  provider: "",
  use_neon: "",
  ttl: "",
  teardown: "false",
  keep_on_failure: "false",
  export: "true",
  force: "false",
  yes: "false",
  older_than: "",
  all_repositories: "false",
  config: "",
  settings: "",
  working_directory: "",
} as const;

export type InputName = keyof typeof INPUTS;
export type Inputs = Readonly<Record<InputName, string>>;

const PREFIX = "INPUT_";

/**
 * Reads the inputs from the runner's variables: `INPUT_` and the name in capitals. An empty input has its default. Throws
 * `USAGE` for an unknown name that is similar to a known one; the runner itself warns about all other unknown names.
 */
export function readInputs(env: Env): Inputs {
  const names = Object.keys(INPUTS) as InputName[];
  const misspelled = Object.keys(env)
    .filter((key) => key.startsWith(PREFIX) && env[key] !== "")
    .map((key) => key.slice(PREFIX.length).toLowerCase())
    .filter((name) => !(name in INPUTS))
    .flatMap((name) => {
      const meant = nearest(name, names);
      return meant === undefined ? [] : [`\`${name}\` is not an input of this action. Did you mean \`${meant}\`?`];
    });
  if (misspelled.length > 0)
    throw new OffshootError("USAGE", misspelled.join("\n"), {
      meaning: "Nothing was created or changed.",
      remedy: "Correct the inputs under `with:` of the step.",
    });
  const given = names.map((name) => [name, (env[PREFIX + name.toUpperCase()] ?? "").trim() || INPUTS[name]] as const);
  return Object.fromEntries(given) as Inputs;
}

/** The environment without the variables for this action, which the commands that it starts must not get. */
export function withoutInputs(env: Env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith(PREFIX) && !name.startsWith("STATE_")));
}
