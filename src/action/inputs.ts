import type { Env } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";

/**
 * Every input and its default, as `action.yml` has them. The first fifteen are those of
 * neondatabase/create-branch-action v6.4.0, so that a workflow may change its `uses:` line alone.
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
  yes: "false",
  older_than: "",
  config: "",
  settings: "",
  working_directory: "",
} as const;

export type InputName = keyof typeof INPUTS;
export type Inputs = Readonly<Record<InputName, string>>;

const PREFIX = "INPUT_";

/**
 * The inputs as the runner hands them over: `INPUT_` and the name in capitals, an empty one as good as none. Throws
 * `USAGE` for one that is a slip away from ours; the runner itself names all that it doesn't know.
 */
export function readInputs(env: Env): Inputs {
  const names = Object.keys(INPUTS) as InputName[];
  const slips = Object.keys(env)
    .filter((key) => key.startsWith(PREFIX) && env[key] !== "")
    .map((key) => key.slice(PREFIX.length).toLowerCase())
    .filter((name) => !(name in INPUTS))
    .flatMap((name) => {
      const meant = nearest(name, names);
      return meant === undefined ? [] : [`\`${name}\` is no input of this action; did you mean \`${meant}\`?`];
    });
  if (slips.length > 0) throw new OffshootError("USAGE", slips.join("\n"), { remedy: "Nothing was touched. Mend the step's `with:`." });
  const given = names.map((name) => [name, (env[PREFIX + name.toUpperCase()] ?? "").trim() || INPUTS[name]] as const);
  return Object.fromEntries(given) as Inputs;
}

/** The environment without what the runner says to this action alone: commands that we start need none of it. */
export function withoutInputs(env: Env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith(PREFIX) && !name.startsWith("STATE_")));
}
