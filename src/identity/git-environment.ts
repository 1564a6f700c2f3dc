import type { Env } from "../environment.ts";
import { withoutOwnSecrets } from "../own-secrets.ts";

/** Variables that git sets for its hooks. In a hook of another repository they would make git read that repository. */
const OF_HOOKS = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_PREFIX",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_NAMESPACE",
  "GIT_CONFIG",
];

/** The environment in which offshoot calls git. The secrets of offshoot are of no use to git, or to the programs that git runs. */
export function environmentForGit(env: Env): Env {
  return Object.fromEntries(Object.entries(withoutOwnSecrets(env)).filter(([name]) => !OF_HOOKS.includes(name)));
}
