const HIDDEN = "***";

export interface Annotation {
  readonly severity: "notice" | "warning" | "error";
  readonly text: string;
}

/** The log of a job as its readers see it: workflow commands are executed, and masked values are hidden from then on. */
export interface Log {
  /** Adds one line of a process's output. */
  line(text: string): void;
  /** Adds text of the runner itself. */
  print(text: string): void;
  annotate(note: Annotation): void;
  mask(value: string): void;
  /** The text with all values hidden that are masked so far. */
  clean(text: string): string;
  /** Whether a text contains a masked value. */
  hides(text: string): boolean;
  text(): string;
  annotations(): readonly Annotation[];
  masks(): readonly string[];
  /** Commands that the runner refused since the last call. */
  takeFaults(): readonly string[];
}

/** The older form, which the runner still obeys, at any place of a line (actions/runner, ActionCommand.cs, `TryParse`). */
const OLD_COMMAND = /##\[(add-mask|notice|warning|error|group|endgroup|debug|stop-commands)(?: [^\]]*)?\](.*)$/;

/** Hides the value itself and each of its lines, and nothing more: hiding more would hide faults from the tests. */
export function openLog(secrets: readonly string[]): Log {
  const masks = new Set<string>();
  const lines: string[] = [];
  const notes: Annotation[] = [];
  let faults: string[] = [];
  let stopped: string | undefined;
  // The longest first: otherwise a masked part of a secret would prevent the match of the whole.
  const clean = (text: string): string =>
    [...masks].toSorted((one, other) => other.length - one.length).reduce((shown, mask) => shown.replaceAll(mask, HIDDEN), text);
  const note = ({ severity, text }: Annotation): void => {
    notes.push({ severity, text: clean(text) });
    lines.push(clean(`##[${severity}]${text}`));
  };
  const mask = (value: string): void => {
    if (value.trim() === "") faults.push("Can't add secret mask for empty string in ##[add-mask] command.");
    else for (const part of [value, ...value.split(/\r?\n/)]) if (part.trim() !== "") masks.add(part);
  };
  const obey = (name: string, value: string): void => {
    if (name === "add-mask") mask(value);
    else if (name === "notice" || name === "warning" || name === "error") note({ severity: name, text: value });
    else if (name === "group" || name === "debug") lines.push(clean(`##[${name}]${value}`));
    else if (name === "endgroup") lines.push("##[endgroup]");
    else if (name === "stop-commands") stopped = value;
    else faults.push(`The workflow command "${name}" is not known, or was switched off.`);
  };
  for (const secret of secrets) if (secret !== "") mask(secret);
  return {
    line(text) {
      if (stopped !== undefined) {
        if (text.trim() === `::${stopped}::`) stopped = undefined;
        else lines.push(clean(text));
        return;
      }
      const [, name, value = ""] = /^\s*::([\w-]+)(?:\s.*?)?::(.*)$/.exec(text) ?? OLD_COMMAND.exec(text) ?? [];
      if (name === undefined) lines.push(clean(text));
      else obey(name, unescapeData(value));
    },
    print: (text) => void lines.push(...clean(text).split("\n")),
    annotate: note,
    mask,
    clean,
    hides: (text) => [...masks].some((one) => text.includes(one)),
    text: () => lines.join("\n"),
    annotations: () => notes,
    masks: () => [...masks],
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
  };
}

function unescapeData(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}
