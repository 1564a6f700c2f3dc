import { posix } from "node:path";
import type { Repository } from "./repository.ts";
import { plainFolder } from "./scripts.ts";

/** Where Sqitch's files are, relative to the repository. */
export interface SqitchPaths {
  readonly plan: string;
  readonly deploy: string;
  readonly revert: string;
  readonly verify: string;
}

/**
 * The paths of `sqitch.conf`, with those of its engine before the general ones. The defaults of Sqitch are below `top_dir`. Documentation:
 * sqitch.org, "sqitch-configuration".
 */
export async function sqitchPaths(repository: Repository): Promise<SqitchPaths> {
  const text = (await repository.read("sqitch.conf")) ?? "";
  const setting = (key: string): string | undefined =>
    ['engine "pg"', "core"].map((section) => settingIn(text, section, key)).find((value) => value !== undefined);
  const top = setting("top_dir") ?? ".";
  const path = (key: string, name: string): string => plainFolder(posix.normalize(setting(key) ?? posix.join(top, name)));
  return {
    plan: path("plan_file", "sqitch.plan"),
    deploy: path("deploy_dir", "deploy"),
    revert: path("revert_dir", "revert"),
    verify: path("verify_dir", "verify"),
  };
}

/** A setting in the form of git's configuration files. */
function settingIn(text: string, section: string, key: string): string | undefined {
  const start = text.indexOf(`[${section}]`);
  if (start === -1) return undefined;
  const body = text.slice(start + section.length + 2).split(/^\s*\[/m)[0] ?? "";
  return new RegExp(`^\\s*${key}\\s*=\\s*"?([^"#;\\n]*?)"?\\s*$`, "m").exec(body)?.[1];
}
