import type { Place } from "../../../findings/finding.ts";
import { found, type CheckFinding } from "../../finding.ts";
import { migrates } from "../commands.ts";
import type { Script } from "../scripts.ts";
import { isSecretName } from "../secret-names.ts";
import { namesSecret, valuesIn } from "../secret-values.ts";
import { hereDocuments, logicalLines, shellCommands } from "../shell.ts";

const PYTHON_IN_BACKGROUND = /\b(?:python[\d.]*|celery|gunicorn|uvicorn|rq|dramatiq)\b.*[^&>]&(?:\s*$|\s+(?!&))/;

/** Python processes in the background that buffer their output: when they are killed, it is lost. */
export function outputBuffered(script: Script): readonly CheckFinding[] {
  if ("PYTHONUNBUFFERED" in script.env || /PYTHONUNBUFFERED/.test(script.text)) return [];
  return logicalLines(script.text)
    .filter(({ text }) => PYTHON_IN_BACKGROUND.test(text) && !/\bpython[\d.]*\s+-\w*u/.test(text))
    .map(({ text, at }) => inScript(script, at, (place) => found("output-buffered", script.object, { command: text }, place)));
}

// `((x++))` has the status 1 when x was 0, `((x--))` when it was 0, and `let` when its last value is 0.
const INCREMENT = /^(?:\(\(\s*\w+(?:\+\+|--)\s*\)\)|let\s+["']?\w+(?:\+\+|--|[+-]?=)[^"']*["']?)$/;

/** An increment as a separate command, where the shell ends at the first command that fails. */
export function incrementEnds(script: Script): readonly CheckFinding[] {
  let ends = script.endsOnFailure;
  return shellCommands(script.text).flatMap(({ text, line, at }) => {
    if (/^set\s/.test(text)) {
      if (/\s-\w*e|-o\s+errexit/.test(text)) ends = true;
      if (/\s\+\w*e|\+o\s+errexit/.test(text)) ends = false;
    }
    // In a condition, or before `||` and `&&`, a failure does not end the script.
    const isAlone = !/^(?:if|while|until|elif|!)\s/.test(text) && !followedBy(line, text);
    const increment = text.replace(/^(?:then|do|else|\{)\s+/, "");
    if (!ends || !isAlone || !INCREMENT.test(increment) || startsAboveZero(increment, script.text)) return [];
    return [inScript(script, at, (place) => found("increment-ends-script", script.object, { command: line }, place))];
  });
}

/** `n++` has the status of the value before, so a counter that starts at one or more never ends the script. */
function startsAboveZero(increment: string, script: string): boolean {
  const name = /^(?:\(\(|let)\s*["']?(\w+)\s*\+\+/.exec(increment)?.[1];
  if (name === undefined) return false;
  const assigned = [...script.matchAll(new RegExp(String.raw`(?<![\w$])${name}\s*([-+*/%]?=|--)\s*["']?(-?\w*)`, "g"))];
  return assigned.length > 0 && assigned.every(([, operator, value = ""]) => operator === "=" && /^[1-9]\d*$/.test(value));
}

function followedBy(line: string, command: string): boolean {
  return /^\s*(?:\|\||&&)/.test(line.slice(line.indexOf(command) + command.length));
}

/** A database URL that a script writes where other jobs or readers of the log can see it. */
export function secretInLog(script: Script): readonly CheckFinding[] {
  return logicalLines(script.text).flatMap(({ text, at }) => {
    const [, name = "", value = "", file] =
      /\b(?:echo|printf)\s+(?:-\w+\s+)*["']?([\w-]+)=(.*)(?:>>?|\|\s*tee\s+(?:-a|--append))\s*["']?\$\{?(GITHUB_OUTPUT)\b/.exec(text) ?? [];
    // A text that is in the script itself, such as the password of a demo, is not a secret, and a comparison is none either.
    const isShown = /[$`]/.test(value.replaceAll(/\$\{\{.*?\}\}/g, "")) || valuesIn(value).length > 0;
    if (file === undefined || !isShown || !(isSecretName(name) || namesSecret(value, script.env))) return [];
    return [inScript(script, at, (place) => found("secret-in-output", script.object, { output: name, value: text }, place))];
  });
}

// The last two are Supabase's pooler in transaction mode and Prisma's parameter for a pooler.
const POOLED = /-pooler\b|pooled\b|with_pooler\b|\bpooler\.supabase\.com:6543\b|[?&]pgbouncer=true\b/i;

/** Whether the URL or the expression of a URL names a connection pooler. */
export function namesPooler(value: string): boolean {
  return POOLED.test(value) && !/unpooled/i.test(value);
}

/** The URL of a pooler that a script writes for a migration that follows in it. */
export function pooledInScript(script: Script): readonly CheckFinding[] {
  const lines = [...logicalLines(script.text), ...hereDocuments(script.text).map((line) => ({ ...line, written: true }))];
  const migration = shellCommands(script.text).findLast(({ text }) => migrates(text));
  if (migration === undefined) return [];
  return lines.flatMap(({ text, at, ...line }) => {
    const assignment = "written" in line ? /^(\w+)=(.*)$/ : /\b(?:echo|printf|export)\s+(?:-\w+\s+)*["']?(\w+)=(.*)$/;
    const [, variable = "", value = ""] = assignment.exec(text) ?? [];
    const isPooled = namesPooler(value) && /url|uri|dsn|host/i.test(variable);
    if (!isPooled || at > migration.at || hasDirectUrl(script.text)) return [];
    return [inScript(script, at, (place) => found("migrates-through-pooler", script.object, { variable, value: text }, place))];
  });
}

/** Tools with two URLs use the direct one for migrations. */
export function hasDirectUrl(text: string): boolean {
  return /\b\w*(?:DIRECT|UNPOOLED|MIGRAT)\w*(?:URL|URI|DSN)\w*\s*[=:]/i.test(text);
}

function inScript<F>({ file, lineOf }: Script, at: number, make: (place: Place) => F): F {
  return make({ file, line: lineOf(at) });
}
