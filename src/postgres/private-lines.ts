import { CLOSED, hideInStatement, isStatement, type Open } from "./private-statements.ts";
import { withTrueMarks } from "./private-marks.ts";
import { hidePrintedMessage } from "./printed-error.ts";

/** What is shown in place of a value. */
export const HIDDEN = "…";

/** Lines that one value, one list of parameters or one detail can have. */
const MOST_LINES = 200;
const MOST_DETAIL_LINES = 20;

/**
 * The label of a server's detail, in the languages of servers (`lc_messages`) and in the forms of drivers: `DETAIL:  …`,
 * `detail: '…'`, `"detail":"…"`, `Detail:"…"`.
 */
const DETAIL =
  /^(.*?)((?<![\p{L}\p{N}_])(?:DETAIL|DÉTAIL|DETALLE|DETTAGLI|DETALHE|DETALJ|SZCZEGÓŁY|AYRINTI|ПОДРОБНОСТИ|ДЕТАЛІ|詳細|描述|细节|상세정보)\\?["']?\s*[:：]\s*)(.*)$/iu;
/** A detail that is empty, or that ends here. One with a line break in it does not. */
const WHOLE = /^(?:null|None|undefined|nil|''|"")?,?$|[.。]["'’”»«)\],}\s]*$/u;
/** What comes after a detail. */
const AFTER_DETAIL =
  /^\s*(?:(?:HINT|CONTEXT|LOCATION|QUERY|STATEMENT|LINE \d+|SCHEMA NAME)\b|\w+: |psql:|at |File "|Traceback|\[SQL)|^\s*$/;

/** `Key (email)=(a@b.example) already exists.`, in any language. Without an end, the value has a line break. */
const KEY = /(\)=\()(.*)$/u;
/** The values of a row that a check refuses. */
const ROW = /(\b(?:Failing row|Partition key of the failing row) contains )(.*)$/iu;
const LAST_BRACKET = /^.*\)/u;

/** What drivers call the values that they send with a statement, before their list. */
const PARAMETERS = /^(.*?\b(?:parameters?|params|bindings?|binds|replacements|values)\\?["']?\s*[:=]\s*)([[({].*)$/i;
/** Drizzle prints them without a list. Rails prints pairs of names and values after the statement. */
const BARE_PARAMETERS = /((?:^|\\n|\s)params: |-- PARAMETERS: |\s(?=\[\["))(.+)$/;

/** The server and programs quote data after these. */
const DATA = /^(.*\b(?:COPY \S+, line \d+(?:, column [^:]+)?|JSON data, line \d+): )(.+)$/;
const STATEMENT_PART = /\b(?:LINE \d+|QUERY|STATEMENT|SQL statement|Failed SQL|SQL):? /;

/** Values in what the server says about them. */
const MESSAGE_VALUE =
  /((?:\b(?:invalid input (?:syntax|value) for|malformed|invalid value|out of range|invalid byte sequence)[^"]*: |\bvalue |\btime zone |\bToken ))\\?".*\\?"/i;

/** What cannot continue a statement. */
const NO_CONTINUATION = /^\S*(?:error|exception|warning|hint|context|detail)\b|^\s+at |^\s*File "|^\s*["']?\w+["']?: |^\s*$/i;
const CONTINUATION = /^(?:\s|[('",;)]|(?:values|where|set|from|and|or|on|returning|select|union|join|left|order|group)\b)/i;

/**
 * Takes the lines of a program's output, and returns each without values of rows. Undefined for a line that is a part of a
 * value or of a list of values, and for a mark below a line in which a value before it was hidden.
 */
export function createValueFilter(): (line: string) => string | undefined {
  let inValue: { readonly isEnd: (line: string) => boolean; readonly isAfter: RegExp; left: number } | undefined;
  let inStatement = false;
  let open: Open = CLOSED;
  const untilEnd = (isEnd: (line: string) => boolean, left = MOST_LINES, isAfter = /^(?!)/): void => {
    inValue = { isEnd, isAfter, left };
  };

  const inLine = (line: string): string => {
    const [, before = "", label = "", detail] = DETAIL.exec(line) ?? [];
    if (detail !== undefined) {
      const isRow = KEY.test(detail) || ROW.test(detail);
      if (/'\s*\+$/.test(detail)) untilEnd((next) => !/'\s*\+$/.test(next));
      else if (isRow ? !/\)[^(]*[.。]?["'’”»«)\],}\s]*$/u.test(detail) : !WHOLE.test(detail)) {
        untilEnd((next) => /[.。]["',)\]}\s]*$/.test(next), isRow ? MOST_LINES : MOST_DETAIL_LINES, isRow ? /^(?!)/ : AFTER_DETAIL);
      }
      return /^(?:null|None|undefined|nil|''|""),?$/.test(detail) || detail === "" ? inText(line) : `${inText(before)}${label}${HIDDEN}`;
    }
    const [, text = "", list] = PARAMETERS.exec(line) ?? [];
    if (list !== undefined) {
      let depth = depthOf(list);
      if (depth > 0) {
        untilEnd((next) => (depth += depthOf(next)) <= 0);
      }
      return `${inText(text)}${list.slice(0, 1)}${HIDDEN}${closing(list)}`;
    }
    const bare = BARE_PARAMETERS.exec(line);
    if (bare !== null) return `${inText(line.slice(0, bare.index + (bare[1] ?? "").length))}${HIDDEN}`;
    return inText(line);
  };

  const inText = (line: string): string => {
    const known = hidePrintedMessage(line)
      .replace(MESSAGE_VALUE, `$1"${HIDDEN}"`)
      .replace(DATA, `$1${HIDDEN}`)
      .replace(ROW, (_all, label: string, row: string) => valueOf(row, label))
      .replace(KEY, (_all, label: string, value: string) => valueOf(value, label));
    const isOpen = open.quote || open.depth > 0;
    const continues = inStatement && !NO_CONTINUATION.test(known) && (isOpen || CONTINUATION.test(known));
    const isOne = STATEMENT_PART.test(known) || isStatement(known);
    if (!isOne && !continues) {
      inStatement = false;
      open = CLOSED;
      return known;
    }
    const hidden = hideInStatement(known, continues, continues ? open : CLOSED);
    open = hidden.open;
    inStatement = open.quote || open.depth > 0 || !/(?:[;"`][\s"'`)\],;]*|\])$/.test(known);
    return hidden.text;
  };

  const valueOf = (value: string, label: string): string => {
    const whole = LAST_BRACKET.exec(value)?.[0];
    if (whole === undefined) untilEnd((next) => next.includes(")"));
    return `${label}${HIDDEN}${whole === undefined ? "" : `)${value.slice(whole.length)}`}`;
  };

  const withoutValues = (line: string): string | undefined => {
    if (inValue === undefined) return inLine(line);
    const { isEnd, isAfter } = inValue;
    inValue.left -= 1;
    if (isAfter.test(line)) {
      inValue = undefined;
      return inLine(line);
    }
    if (isEnd(line) || inValue.left <= 0) inValue = undefined;
    return undefined;
  };
  return withTrueMarks(withoutValues);
}

/** Brackets that are opened and not closed, without those in quotes. */
function depthOf(text: string): number {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  return (plain.match(/[[({]/g) ?? []).length - (plain.match(/[\])}]/g) ?? []).length;
}

/** The bracket that closes a list, and a bracket or a comma after it. */
function closing(list: string): string {
  const close = { "[": "]", "(": ")", "{": "}" }[list.slice(0, 1)] ?? "";
  const end = /[\])},]*$/.exec(list)?.[0] ?? "";
  return depthOf(list) > 0 ? close : `${close}${end.slice(end.lastIndexOf(close) + 1)}`;
}
