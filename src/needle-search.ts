/** A text that is searched for. */
export interface Needle {
  readonly bytes: string;
  readonly ignoreCase: boolean;
}

/** Reports each place of a needle, as the index of its first character. */
export type Search<Of extends Needle> = (text: string, report: (needle: Of, at: number) => void) => void;

/** With fewer needles, one native search for each is faster than an index. */
const FEW = 1000;

/** The lengths of the beginnings by which needles are found, longest first. Long ones divide needles that begin alike. */
const LENGTHS = [24, 12, 8, 4] as const;

/** The number of different marks of four characters. A mark at which no needle begins skips a place without a look into the index. */
const MARKS = 2 ** 22;

/**
 * A search for many texts at once, whose time grows with the text and not with the number of needles: a job can have thousands of
 * secrets, and its output is searched while the job must prove that it leads. Places of one needle do not overlap. Every needle has
 * at least four characters.
 */
export function searchFor<Of extends Needle>(needles: readonly Of[]): Search<Of> {
  const exact = indexOf(needles.filter(({ ignoreCase }) => !ignoreCase));
  const folded = indexOf(needles.filter(({ ignoreCase }) => ignoreCase));
  return (text, report) => {
    exact(text, report);
    folded(text.toLowerCase(), report);
  };
}

function indexOf<Of extends Needle>(needles: readonly Of[]): Search<Of> {
  if (needles.length <= FEW) return (text, report) => needles.forEach((needle) => searchOne(text, needle, report));
  const byBeginning = LENGTHS.map((length) => ({ length, found: new Map<string, Of[]>() }));
  for (const needle of needles) {
    const group = byBeginning.find(({ length }) => needle.bytes.length >= length);
    const beginning = needle.bytes.slice(0, group?.length);
    const alike = group?.found.get(beginning);
    if (alike === undefined) group?.found.set(beginning, [needle]);
    else alike.push(needle);
  }
  const groups = byBeginning.filter(({ found }) => found.size > 0);
  const begins = new Uint8Array(MARKS);
  for (const { bytes } of needles) begins[markAt(bytes, 0)] = 1;
  return (text, report) => {
    const ends = new Map<Of, number>();
    for (let at = 0; at < text.length; at += 1) {
      if (begins[markAt(text, at)] === 0) continue;
      for (const { length, found } of groups) {
        for (const needle of found.get(text.slice(at, at + length)) ?? []) {
          if (at < (ends.get(needle) ?? 0) || !text.startsWith(needle.bytes, at)) continue;
          ends.set(needle, at + needle.bytes.length);
          report(needle, at);
        }
      }
    }
  };
}

function markAt(text: string, at: number): number {
  const mark = (text.charCodeAt(at) << 18) ^ (text.charCodeAt(at + 1) << 12) ^ (text.charCodeAt(at + 2) << 6) ^ text.charCodeAt(at + 3);
  return mark & (MARKS - 1);
}

function searchOne<Of extends Needle>(text: string, needle: Of, report: (needle: Of, at: number) => void): void {
  const { bytes } = needle;
  for (let at = text.indexOf(bytes); at >= 0; at = text.indexOf(bytes, at + bytes.length)) report(needle, at);
}
