const HIDDEN = "***";

export interface Note {
  readonly severity: "notice" | "warning" | "error";
  readonly text: string;
}

/** The log of a job as its readers see it: workflow commands are obeyed, and what was masked is hidden from then on. */
export interface Log {
  /** Takes a whole line of a process. */
  line(text: string): void;
  /** Says something of the runner's own. */
  say(text: string): void;
  note(note: Note): void;
  mask(value: string): void;
  /** The text without what was masked so far. */
  clean(text: string): string;
  /** Whether a text holds something that was masked. */
  hides(text: string): boolean;
  text(): string;
  notes(): readonly Note[];
  masks(): readonly string[];
  /** Commands that the runner refused since it was last asked. */
  takeFaults(): readonly string[];
}

/** Only the value itself and the lines of one with several are hidden: a runner that hid more would show fewer faults. */
export function openLog(secrets: readonly string[]): Log {
  const masks = new Set<string>();
  const lines: string[] = [];
  const notes: Note[] = [];
  let faults: string[] = [];
  let stopped: string | undefined;
  // The longest first: a part of a secret must not keep the rest of it from being found.
  const clean = (text: string): string =>
    [...masks].toSorted((one, other) => other.length - one.length).reduce((shown, mask) => shown.replaceAll(mask, HIDDEN), text);
  const note = ({ severity, text }: Note): void => {
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
      const [, name, value = ""] = /^\s*::([\w-]+)(?:\s.*?)?::(.*)$/.exec(text) ?? [];
      if (name === undefined) lines.push(clean(text));
      else obey(name, unescapeData(value));
    },
    say: (text) => void lines.push(...clean(text).split("\n")),
    note,
    mask,
    clean,
    hides: (text) => [...masks].some((one) => text.includes(one)),
    text: () => lines.join("\n"),
    notes: () => notes,
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
