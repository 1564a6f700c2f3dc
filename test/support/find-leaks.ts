/**
 * The names of the encodings in which a secret can be read in a text, also across line breaks: `plain`, `base64`, `hex`,
 * `url` and `json`. It decodes the text, and shares no code with the redaction.
 */
export function findLeaks(text: string, secret: string): readonly string[] {
  const joined = text.replaceAll(/\s/g, "");
  const words = joined.split(/[^A-Za-z0-9+/=_-]+/).filter((word) => word.length >= secret.length);
  const wanted = secret.replaceAll(/\s/g, "");
  const readings: Readonly<Record<string, readonly string[]>> = {
    plain: [joined],
    base64: words.flatMap((word) => [0, 1, 2, 3].map((from) => decoded(word.slice(from), "base64"))),
    hex: (joined.match(/[0-9a-f]{8,}/gi) ?? []).flatMap((word) => [0, 1].map((from) => decoded(word.slice(from), "hex"))),
    url: [joined.replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) => decoded(bytes.replaceAll("%", ""), "hex"))],
    json: [
      joined
        .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
        .replaceAll(/\\(.)/g, "$1"),
    ],
  };
  const isFound = (reading: string): boolean => [reading, unescaped(reading)].some((each) => each.replaceAll(/\s/g, "").includes(wanted));
  return Object.entries(readings).flatMap(([name, texts]) => (texts.some(isFound) ? [name] : []));
}

function decoded(text: string, encoding: "base64" | "hex"): string {
  return Buffer.from(text, encoding).toString();
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}
