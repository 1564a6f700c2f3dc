/** A setting of a configuration file in JavaScript. `computed`: the file has it, but does not write its value out. */
export type JsSetting = string | undefined | { readonly computed: true };

/**
 * A setting in the object `section` of a configuration file, read without running it. A file can have several such objects, one
 * for each environment: if they differ, the value is not known.
 */
export function jsSetting(text: string, section: string, key: string): JsSetting {
  const objects = sectionsOf(text, section);
  // An object that spreads another one has its values.
  const own = objects.filter((body) => !body.includes("...") || new RegExp(`\\b${key}["']?\\s*:`).test(body));
  const values = (own.length === 0 ? objects : own).map((body): string | undefined | false => {
    const [all, value] = new RegExp(`\\b${key}["']?\\s*:\\s*(?:["'\`]([^"'\`$]+)["'\`]\\s*(?=[,}\\n]|$))?`).exec(body) ?? [];
    return all === undefined ? undefined : (value ?? false);
  });
  const [first] = values;
  return values.every((value) => value !== false && value === first) ? first || undefined : { computed: true };
}

/** The texts of the objects `section` in a configuration file, without comments. */
export function sectionsOf(text: string, section: string): readonly string[] {
  const plain = text.replaceAll(/\/\*[^]*?\*\/|(^|\s)\/\/[^\n]*/g, "$1");
  return [...plain.matchAll(new RegExp(`\\b${section}["']?\\s*:\\s*\\{((?:[^{}]|\\{[^{}]*\\})*)\\}`, "g"))].map(([, body = ""]) => body);
}
