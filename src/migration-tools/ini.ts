/** The settings of one section of an INI file, by their names in lower case. */
export type IniSection = ReadonlyMap<string, string>;

/** References to other settings are followed this far. Python's limit is ten. */
const MOST_REFERENCES = 10;

/**
 * The sections of an INI file as Python's `configparser` reads them: a value continues on indented lines, `DEFAULT` holds for
 * every section, and `%(name)s` refers to another setting. `given`: settings from outside, such as `here`.
 */
export function readIni(text: string, given: Readonly<Record<string, string>> = {}): ReadonlyMap<string, IniSection> {
  const raw = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      section = raw.get(header) ?? new Map<string, string>();
      raw.set(header, section);
      key = undefined;
    } else if (/^\s/.test(line) && key !== undefined) section?.set(key, `${section.get(key) ?? ""}\n${line.trim()}`);
    else {
      const [, name, value] = /^\s*([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
      key = name?.toLowerCase();
      if (key !== undefined) section?.set(key, value ?? "");
    }
  }
  const defaults = new Map([...Object.entries(given), ...(raw.get("DEFAULT") ?? [])]);
  raw.delete("DEFAULT");
  return new Map([...raw].map(([name, own]) => [name, interpolated(new Map([...defaults, ...own]))]));
}

function interpolated(section: ReadonlyMap<string, string>): IniSection {
  const resolve = (value: string, references: number): string =>
    value.replace(/%(?:%|\(([^)]*)\)s)/g, (all, name: string | undefined) => {
      if (name === undefined) return "%";
      const other = section.get(name.toLowerCase());
      return other === undefined || references === MOST_REFERENCES ? all : resolve(other, references + 1);
    });
  return new Map([...section].map(([name, value]) => [name, resolve(value, 0)]));
}
