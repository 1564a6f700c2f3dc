import type { Env } from "./environment.ts";
import { urlPasswords } from "./url-passwords.ts";

/** The environment variables with offshoot's own secrets. Commands that offshoot starts get them only if `passSecrets` is set. */
export const OWN_SECRETS = ["NEON_API_KEY", "OFFSHOOT_EXISTING_URL", "OFFSHOOT_GITHUB_TOKEN"] as const;

export type OwnSecret = (typeof OWN_SECRETS)[number];

/** The variable that names the withheld secrets in the environment of a command, for an offshoot that the command calls. */
const WITHHELD = "OFFSHOOT_WITHHELD";

/** The environment for a program that needs none of offshoot's secrets. */
export function withoutOwnSecrets(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOwnSecret(name)));
}

/** The environment for a command that offshoot starts for the user. It names the secrets that were withheld. */
export function commandEnvironment(env: Env, passSecrets: boolean): Env {
  if (passSecrets) return env;
  const withheld = OWN_SECRETS.filter((name) => (env[name] ?? "") !== "" || isWithheld(env, name));
  const rest = withoutOwnSecrets(env);
  return withheld.length === 0 ? rest : { ...rest, [WITHHELD]: withheld.join(",") };
}

/** Whether another offshoot started this process and withheld a secret from it. */
export function isWithheld(env: Env, name: OwnSecret): boolean {
  return (env[name] ?? "") === "" && (env[WITHHELD] ?? "").split(",").includes(name);
}

/** What to do about a withheld secret. */
export const PASS_SECRETS_REMEDY =
  "Set OFFSHOOT_PASS_SECRETS=true where the outer offshoot starts, or passSecrets: true in offshoot.yaml. Give them only to commands that you trust.";

/** The environment for a process that outlives this one: without offshoot's secrets, and without any value that may be one. */
export function backgroundEnvironment(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => !mayBeSecret(name, value ?? "")));
}

/** The values of the variables whose names say that they are secret, such as `STRIPE_API_KEY`, and the passwords in the URLs of all. */
export function secretValues(env: Env): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const secret = value?.trim() ?? "";
    const isNamed = isOwnSecret(name) || isSecretName(name);
    const isWhole = secret !== "" && isNamed && (OWN_SECRETS.includes(name as OwnSecret) || isDistinct(secret));
    return [...(isWhole ? [secret] : []), ...urlPasswords(secret)];
  });
}

/** The values of variables that may all be secret, without those that occur in ordinary output, and the passwords in their URLs. */
export function distinctValues(env: Env): readonly string[] {
  return Object.values(env).flatMap((value = "") => [...(isDistinct(value) ? [value] : []), ...urlPasswords(value)]);
}

const SECRET_NAME =
  /(^|_)(API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|KEY|TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT)(_|$)/i;

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) || /password$/i.test(name);
}

function mayBeSecret(name: string, value: string): boolean {
  const isNamed = isOwnSecret(name) || isSecretName(name) || /^(DATABASE_URL|PG)/i.test(name);
  return isNamed || /:\/\/[^/\s@]*:[^/\s@]*@/.test(value);
}

/** On Windows the names of variables have no case. */
function isOwnSecret(name: string): boolean {
  return OWN_SECRETS.some((own) => own === name.toUpperCase());
}

/** A word, a number or a path occurs in ordinary output, and hiding it would make the output useless. */
function isDistinct(value: string): boolean {
  return value.length >= 8 && !/^([a-z]+|\d+)$/i.test(value) && !/^[.~]?\/|^[A-Z]:\\/.test(value);
}
