import { shellWord } from "../shell-command.ts";

/** The flags by which a call finds its run and its configuration. */
interface OwnFlags {
  readonly run?: string;
  /** Another name of `run`. */
  readonly name?: string;
  readonly config?: string | undefined;
}

/** The commands that work with one run, and those that only need the configuration. */
const OF_RUN =
  "up|create|down|delete|migrate|run|env|url|psql|reset|extend|clone|snapshot|restore|audit|status|wait|rehearse|diff|drift|rollback-check|open";
const OTHERS = "list|sweep|doctor";

/** A command that people copy: after `npx`, or in backticks after a word that asks for it. Not one in a sentence about what happened. */
const ADVISED = new RegExp(
  [
    "(npx offshoot|(?<=\\b(?:[Rr]un|[Uu]se|[Ww]ith|[Ss]ee|then|and|or) `)offshoot) ",
    "(?:(" + OF_RUN + ")|(" + OTHERS + "))\\b(?![\\w-])",
    "((?:(?!npx offshoot)[^`\\n])*)",
  ].join(""),
  "g",
);

/**
 * Adds the flags by which this call found its run and its configuration to the commands that a text advises. Without them, a
 * copied `npx offshoot down` would delete the database of another run. Pure.
 */
export function repeatFlags({ run, name, config }: OwnFlags): (text: string) => string {
  const ofRun = run ?? name;
  if (ofRun === undefined && config === undefined) return (text) => text;
  return (text) =>
    text.replaceAll(ADVISED, (_, offshoot: string, verb: string | undefined, other: string | undefined, rest: string) => {
      // The command ends where its sentence does, or where the command of the user begins.
      const [own = ""] = rest.split(/ -- |[.,;:](?:\s|$)/);
      const flags = [
        ...(ofRun === undefined || verb === undefined || /(?:^|\s)--(?:run|name)\b/.test(own) ? [] : ["--run", ofRun]),
        ...(config === undefined || /(?:^|\s)(?:-c|--config)\b/.test(own) ? [] : ["--config", config]),
      ];
      return `${[offshoot, verb ?? other, ...flags.map((word) => shellWord(word))].join(" ")}${rest}`;
    });
}
