/** Whether a level means a failure. Undefined: the line has no level. */
type Verdict = boolean | undefined;

const FAILING = /^(?:fatal|critical|crit|panic|dpanic|emerg|emergency|alert|severe|error|err|erro|eror|fail|fata|ftl|pani)$/i;
const HARMLESS =
  /^(?:trace|trce|debug|debu|dbg|dbug|verbose|fine|info|inf|information|informational|notice|warn|warning|wrn|log|success)$/i;

/** Failures that languages write without a level, at the start of a line. */
const UNLEVELLED =
  /^(?:Traceback \(most recent call last\)|panic: |fatal error: |Unhandled ?(?:PromiseRejection|exception|error|rejection)|Uncaught\b|Exception in thread "|thread '[^']*' (?:\(\d+\) )?panicked at |Segmentation fault|OOMKilled|PHP Fatal error)/i;

/** Colours of terminals (ECMA-48, control sequences). */
// oxlint-disable-next-line no-control-regex -- the sequences start with ESC
const COLOURS = /\u001B\[[\d;]*[A-Za-z]/g;

/**
 * Whether a line of a log reports a failure: by its level in the formats of the usual loggers, or by the text with which a
 * language reports a failure that nobody caught. A word such as FATAL elsewhere in the line does not count.
 */
export function isFailure(line: string): boolean {
  const text = line.replaceAll(COLOURS, "").trim();
  return (text.startsWith("{") ? ofJson(text) : undefined) ?? ofLogfmt(text) ?? ofText(text) ?? false;
}

function verdictOf(level: string): Verdict {
  return FAILING.test(level) ? true : HARMLESS.test(level) ? false : undefined;
}

const KEYS = [
  "level",
  "severity",
  "lvl",
  "log.level",
  "levelname",
  "level_name",
  "loglevel",
  "logLevel",
  "severity_text",
  "@l",
  "Level",
  "LogLevel",
];

/** pino and bunyan write numbers: 50 is error, 60 fatal (pino, "Logger levels"). */
const PINO_ERROR = 50;

function ofJson(text: string): Verdict {
  const entry = parsed(text);
  if (typeof entry !== "object" || entry === null) return undefined;
  const fields = entry as Readonly<Record<string, unknown>>;
  const nested = typeof fields["log"] === "object" && fields["log"] !== null ? (fields["log"] as { level?: unknown }).level : undefined;
  const level = KEYS.map((key) => fields[key]).find((value) => value !== undefined) ?? nested;
  if (typeof level === "number") return level >= PINO_ERROR;
  return (typeof level === "string" ? verdictOf(level) : undefined) ?? false;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Something else that starts with a brace.
    return undefined;
  }
}

/** logfmt, which slog and logrus of Go write: a line that consists of `key=value`. */
function ofLogfmt(text: string): Verdict {
  if (!/^[\w.@-]+=/.test(text)) return undefined;
  const level = /(?:^|\s)(?:level|lvl|severity|loglevel)="?([A-Za-z]+)/i.exec(text)?.[1];
  return level === undefined ? undefined : verdictOf(level);
}

/** What can be before a level: a date, a time, a number, the name of a container or of a program of syslog. */
const PREFIXES = [
  /^[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \S+ [^\s:[\]]+(?:\[\d+\])?:\s*/,
  /^[\w.-]+\s+\|\s*/,
  /^\d[\d\-/:.,TZ+]*(?:[AP]M)?(?=[\s\]|,:-]|$)\s*/,
  /^(?:UTC|GMT|[+-]\d{4}|[A-Z][a-z]{2},?)(?=\s)\s*/,
  /^\w+=[^\s=]+\s+/,
  /^[-|:,]\s*/,
];
/** Formats in which the level is a part of a word. */
const SHORT = /^(?:([DIWEFA]), \[|([IWEF])\d{4} \d\d:\d\d|([A-Z]{4})\[\d+\])/;
/** A logger between the time and the level: `- app.db - ERROR -`, or a name with dots. */
const LOGGER = /^(?:[\w.:/-]+(?=\s+[-|]\s)|\w+(?:\.\w+)+(?=[\s:]))\s*/;
const WORD = /^([A-Za-z]+)(?=$|[\s:|\][,/(!-])/;

function ofText(text: string): Verdict {
  const short = SHORT.exec(text);
  if (short !== null) return /^[EFA]$/.test(short[1] ?? short[2] ?? "") || verdictOf(short[3] ?? "") === true;
  let rest = text;
  // Each round takes something away, so that it ends. No format has more parts before its level.
  for (let round = 0; round < 16; round += 1) {
    const bracket = /^[[(<]([^\])>]{0,200})[\])>]\s*/.exec(rest);
    const found = bracket === null ? levelAt(rest) : levelIn(bracket[1] ?? "");
    if (found !== undefined) return found;
    if (UNLEVELLED.test(rest)) return true;
    const taken = bracket?.[0] ?? PREFIXES.map((prefix) => prefix.exec(rest)?.[0]).find((part) => part !== undefined);
    const name = taken === undefined && round > 0 ? LOGGER.exec(rest)?.[0] : undefined;
    if (taken === undefined && name === undefined) return undefined;
    rest = rest.slice((taken ?? name ?? "").length);
  }
  return undefined;
}

/** The level at the start of a text. In small letters it needs a colon, because `error` also starts sentences. */
function levelAt(text: string): Verdict {
  if (/^npm (?:ERR!|error)/.test(text)) return true;
  // Monolog of PHP writes `app.CRITICAL: …`.
  const word = WORD.exec(text)?.[1] ?? /^[\w-]+\.([A-Z]+):/.exec(text)?.[1];
  if (word === undefined) return undefined;
  const isMarked = word === word.toUpperCase() || /^\w+\s?[:|]/.test(text);
  return isMarked ? verdictOf(word) : undefined;
}

/** The level in brackets: alone as in `[error]`, in capitals with more, as in `[2026-01-31 12:00:00,000: ERROR/MainProcess]`. */
function levelIn(content: string): Verdict {
  const words = content.split(/[\s:/,|]+/).filter((word) => word !== "");
  const [only] = words;
  if (words.length === 1 && only !== undefined) return verdictOf(only);
  const before = words.findIndex((word) => !/^[\d.:TZ+-]+$/.test(word));
  const level = words[before];
  return level !== undefined && level === level.toUpperCase() ? verdictOf(level) : undefined;
}
