import { join } from "node:path";
import type { Env } from "../environment.ts";
import { codeOf } from "../errors.ts";
import { stat } from "../file-facts.ts";
import { readText } from "../read-file.ts";

/** Where git searches an address. */
export interface GitPlaces {
  /** The checkout's top folder, the folder with its `HEAD`, and that of its `config`; undefined outside of git. */
  readonly checkout: { readonly top: string; readonly head: string; readonly config: string } | undefined;
  /** Undefined on systems without them. */
  readonly userId: number | undefined;
}

/**
 * The `user.email` that `git config` would print, from git's files: starting git takes a third of the time of a short command.
 * Undefined when only git itself knows it: without an address in these files, and with anything in them that has a meaning beyond
 * simple lines, such as an include, a quote or a file of another owner.
 */
export async function readGitEmail({ checkout, userId }: GitPlaces, env: Env): Promise<string | undefined> {
  const home = env["HOME"] ?? "";
  if (home === "" || Object.keys(env).some((name) => OTHER_PLACES.test(name))) return undefined;
  if (checkout !== undefined) {
    const { top, head, config } = checkout;
    // git refuses the checkout of another user.
    for (const path of [top, head, join(head, "HEAD"), config, join(config, "config")]) if (!(await isOwn(path, userId))) return undefined;
  }
  const global = [join(home, ".gitconfig"), join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "git/config")];
  // git reads them in the opposite order, and the last value counts.
  for (const file of checkout === undefined ? global : [join(checkout.config, "config"), ...global]) {
    const text = await readText(file).catch(emptyIfMissing);
    const email = text === undefined ? UNCLEAR : emailIn(text);
    if (email !== undefined) return email === UNCLEAR ? undefined : email;
  }
  return undefined;
}

/** Variables that name other files, values or checkouts. */
const OTHER_PLACES = /^GIT_(?:CONFIG|CEILING|DISCOVERY)/;

async function isOwn(path: string, userId: number | undefined): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (userId === undefined || found.uid === userId);
}

function emptyIfMissing(thrown: unknown): string | undefined {
  return codeOf(thrown) === "ENOENT" ? "" : undefined;
}

const UNCLEAR = Symbol("unclear");

/** A header alone on its line. A section with a name in quotes is another one. */
const SECTION = /^\s*\[([\w.-]+)(?:\s+"[^"\\]*")?\]\s*$/;
const KEY = /^\s*[A-Za-z][\w-]*\s*(?:=.*)?$/;
const EMAIL = /^\s*email\s*=\s*([\w.+-]+@[\w.-]+)\s*$/i;

/** The last address in the text of a file of git; undefined without one. */
function emailIn(text: string): string | typeof UNCLEAR | undefined {
  let section = "";
  let email: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const [, header] = SECTION.exec(line) ?? [];
    const isContinued = line.endsWith("\\");
    if (header !== undefined) {
      section = line.includes('"') ? "" : header.toLowerCase();
      // Another file can have another address. With `worktreeConfig`, one more file counts.
      if (/^include(?:if)?$/i.test(header)) return UNCLEAR;
    } else if (isContinued || !KEY.test(line) || /^\s*worktreeConfig\b/i.test(line)) return UNCLEAR;
    else if (section === "user" && /^\s*email\b/i.test(line)) {
      const [, found] = EMAIL.exec(line) ?? [];
      if (found === undefined) return UNCLEAR;
      email = found;
    }
  }
  return email;
}
