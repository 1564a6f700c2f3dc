import { isSecretName } from "./secret-names.ts";
import type { Texts } from "./workflow.ts";

/** The expressions of a text. A comparison has the result true or false, which is not a secret. */
export function valuesIn(text: string): readonly string[] {
  return (
    [...text.matchAll(/\$\{\{(.*?)\}\}/g)]
      // `secrets.DB && 'yes'` is the text.
      .map(([, inner = ""]) => inner.replaceAll(/[\w.[\]'-]+\s*&&\s*(?='(?:[^']|'')*'\s*(?:\|\||$))/g, ""))
      .filter((inner) => !/[!=<>]=?\s*'|'\s*[!=<>]=?|^\s*!/.test(inner))
  );
}

/** Whether a text has the value of a secret that each repository has for itself. The token of the job ends with it. */
export function hasSecret(text: string): boolean {
  return valuesIn(text).some((inner) => [...inner.matchAll(/\bsecrets\.([\w-]+)/g)].some(([, name]) => name !== "GITHUB_TOKEN"));
}

/** Whether a shell command prints a secret: by an expression, or by a variable with such a value or name. */
export function namesSecret(command: string, env: Texts): boolean {
  const withoutComparisons = command.replaceAll(/\$\{\{.*?\}\}/g, (whole) => (valuesIn(whole).length === 0 ? "" : whole));
  if (hasSecret(withoutComparisons)) return true;
  // `${NAME:+text}` is the text.
  const names = [...withoutComparisons.matchAll(/\$\{?(\w+)(?!\w|:?\+)/g)].map(([, name = ""]) => name);
  // A command that uses a variable, such as a token of an API, prints something else.
  const outside = withoutComparisons.replaceAll(/\$\([^()]*\)|`[^`]*`/g, "");
  return names.some((name) => {
    const value = env[name];
    // A text in the workflow itself, such as the password of a demo, is not a secret, whatever its name.
    const isFixed = value !== undefined && !value.includes("${{");
    return (isSecretName(name) && !isFixed) || (hasSecret(value ?? "") && outside.includes(name));
  });
}
