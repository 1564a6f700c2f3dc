/** A setting in a section of the configuration file. */
export interface SectionSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** The key that a short form of the section means: `audit: FILE` is `audit: { spec: FILE }`. */
  readonly shortKey: string;
}

/** A configuration file as YAML's writer prints it, before and after a change. The difference is the change alone. */
export interface ChangedText {
  readonly plain: string;
  readonly changed: string;
}

/** Sets one setting in the text of a valid configuration file. Comments and the order of the keys are kept. */
export async function withSetting(text: string, { section, key, value, shortKey }: SectionSetting): Promise<ChangedText> {
  const yaml = await import("yaml");
  const document = yaml.parseDocument(text, { prettyErrors: false });
  const before: unknown = document.getIn([section], true);
  const indent = indentOf(text, section);
  const write = (): string => document.toString({ lineWidth: 0, indent });
  const plain = document.contents === null ? text : write();
  if (yaml.isMap(before)) before.set(key, value);
  else if (!yaml.isScalar(before) || before.value === null) document.set(section, document.createNode({ [key]: value }));
  else if (key === shortKey) before.value = value;
  else {
    const made = document.createNode({ [shortKey]: before.value, [key]: value });
    const short = made.get(shortKey, true);
    if (yaml.isScalar(short) && before.comment !== undefined) short.comment = before.comment;
    document.set(section, made);
  }
  return { plain, changed: write() };
}

/** How far the keys of the section are indented, else those of the first section that has keys. */
function indentOf(text: string, section: string): number {
  const [own, first] = [`${section}:`, ""].map((start) => {
    const lines = text.split("\n");
    const at = lines.findIndex((line) => line.startsWith(start) && /^[\w"'].*:\s*(?:#.*)?$/.test(line.trimEnd()));
    const below = at < 0 ? undefined : lines.slice(at + 1).find((line) => line.trim() !== "" && !line.trim().startsWith("#"));
    return /^( +)[^ -]/.exec(below ?? "")?.[1]?.length;
  });
  return own ?? first ?? 2;
}
