/** How an endpoint's answer is read. */
export interface Format {
  readonly kind: "text" | "openmetrics";
  /** Names in quotes, with any UTF-8 characters: text format 1.0.0, or an answer that names this escaping. */
  readonly quotedNames: boolean;
}

const PARAMETER = /^\s*;\s*([\w!#$%&'*+.^`|~-]+)=("(?:[^"\\]|\\.)*"|[\w!#$%&'*+.^`|~-]+)\s*/;

/**
 * Reads a Content-Type as Prometheus 3 does, which rejects an answer without a usable one (Prometheus documentation,
 * "Migration", "Scrape protocols"). A text says why it is not usable.
 */
export function formatOf(contentType: string | null): Format | string {
  if (contentType === null || contentType.trim() === "") return "the answer has no Content-Type";
  const [mediaType = "", ...rest] = contentType.split(/(?=;)/);
  const parameters = readParameters(rest.join(""));
  if (parameters === undefined) return `the Content-Type ${JSON.stringify(contentType)} is not valid`;
  const kind = KINDS[mediaType.trim().toLowerCase()];
  if (kind === undefined) return `the Content-Type is ${mediaType.trim()}`;
  const quotedNames = parameters.get("escaping") === "allow-utf-8" || (kind === "text" && parameters.get("version") === "1.0.0");
  return { kind, quotedNames };
}

const KINDS: Readonly<Record<string, Format["kind"]>> = { "text/plain": "text", "application/openmetrics-text": "openmetrics" };

function readParameters(text: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  // One semicolon at the end is accepted (Go source, `mime.ParseMediaType`, which Prometheus uses).
  for (let rest = text; !["", ";"].includes(rest.trim());) {
    const [match, name = "", value = ""] = PARAMETER.exec(rest) ?? [];
    if (match === undefined || parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value);
    rest = rest.slice(match.length);
  }
  return parameters;
}
