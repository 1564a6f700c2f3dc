import type { Env } from "../../environment.ts";
import { type DirectUrl, isPostgresUrl, parseUrl } from "../../postgres/url.ts";
import { urlPasswords } from "../../url-passwords.ts";

/** A shorter password can be a part of any value. */
const LONG = 8;

/**
 * The environment of a rehearsal without what leads to the server of `--from`: the variable that it names, and all with the same
 * database or password. The code of the migrations must not reach the server that the copy is of. Pure.
 */
export function withoutSource(env: Env, from: string, url: DirectUrl): Env {
  const { password, user, database } = parseUrl(url);
  const isSecret = password !== "" && password !== user && password !== database;
  const forms = isSecret ? [password, encodeURIComponent(password), new URL(url).password] : [];
  const hasPassword = (value: string): boolean =>
    forms.some((form) => value === form || (form.length >= LONG && value.includes(form)) || urlPasswords(value).includes(form));
  return Object.fromEntries(
    Object.entries(env).filter(([name, value = ""]) => name !== from && !hasPassword(value) && !isSameDatabase(value, url)),
  );
}

function isSameDatabase(value: string, url: DirectUrl): boolean {
  if (!isPostgresUrl(value.trim())) return false;
  try {
    const [one, other] = [parseUrl(value.trim()), parseUrl(url)];
    return one.host === other.host && one.port === other.port && one.database === other.database;
  } catch {
    return false;
  }
}
