/** Words that YAML 1.1 or 1.2 reads as a value that is not text. */
const RESERVED = /^(?:true|false|yes|no|on|off|y|n|null)$/i;

const DURATION = /^[1-9]\d*(?:d|h|m|s|ms)$/;

/** A text as a YAML scalar on one line. Without quotes if every YAML reader accepts that, otherwise with JSON quotes, which are valid YAML. */
export function scalar(text: string): string {
  const isPlain = /^(?:[A-Za-z_/]|\.\/)[\u0020-\u007E]*$/.test(text) && !/: |:$| #| $/.test(text) && !RESERVED.test(text);
  return isPlain || DURATION.test(text) ? text : JSON.stringify(text);
}

/** Settings by key path as lines of YAML with nested sections. */
export function settingLines(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const tops = [...new Set(Object.keys(settings).map((path) => path.split(".")[0] ?? ""))];
  return tops.flatMap((top) => {
    if (top in settings) return entryLines(top, settings[top]);
    const below = Object.entries(settings).filter(([path]) => path.startsWith(`${top}.`));
    const inner = settingLines(Object.fromEntries(below.map(([path, value]) => [path.slice(top.length + 1), value])));
    return [`${top}:`, ...inner.map((line) => `  ${line}`)];
  });
}

function entryLines(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value)) return [`${key}:`, ...value.map((item) => `  - ${scalar(String(item))}`)];
  if (typeof value === "object" && value !== null) {
    return [`${key}:`, ...Object.entries(value).map(([name, text]) => `  ${name}: ${JSON.stringify(text)}`)];
  }
  return [`${key}: ${typeof value === "string" ? scalar(value) : String(value)}`];
}
