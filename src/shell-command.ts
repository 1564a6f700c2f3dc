/** The shells for which commands are printed. `posix`: sh, bash, zsh. */
export type Shell = "posix" | "powershell";

/** Words that no shell changes. `=` and `@` have a meaning at the start of a word, and a comma in PowerShell. */
const PLAIN = /^[\w./:%+-][\w./:@%+=-]*$/;

/** Control characters and invisible ones, which could hide a part of a command or change what a terminal shows. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * A command that people copy from a message, with each word quoted for their shell. Names of git branches, runs and files
 * can contain anything. Default: the shell of this machine.
 */
export function shellCommand(words: readonly string[], shell: Shell = shellOf(process.platform)): string {
  return words.map((word) => shellWord(word, shell)).join(" ");
}

/**
 * A command of offshoot that people copy from a message. `npx` finds it in the project and among the global packages. Where it
 * is a dependency of the project, as the documentation installs it, a shell does not find the name alone.
 */
export function ownCommand(words: readonly string[], shell?: Shell): string {
  return shellCommand(["npx", "offshoot", ...words], shell);
}

/** One word of a command that people copy from a message. */
export function shellWord(text: string, shell: Shell = shellOf(process.platform)): string {
  if (PLAIN.test(text)) return text;
  return shell === "powershell" ? powershellWord(text) : bashWord(text);
}

/** A word for a POSIX shell that reads a file or a command of ours. Unlike `shellWord` it needs no bash. */
export function posixWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** PowerShell is the default shell of Windows and of the CI services on it. */
export function shellOf(platform: NodeJS.Platform): Shell {
  return platform === "win32" ? "powershell" : "posix";
}

/** With `$'…'` invisible characters stay visible (Bash manual, "ANSI-C Quoting"). */
function bashWord(text: string): string {
  if (!INVISIBLE.test(text)) return posixWord(text);
  const escaped = Array.from(text, (character) => {
    if (character === "'" || character === "\\") return `\\${character}`;
    return INVISIBLE.test(character)
      ? [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")
      : character;
  });
  return `$'${escaped.join("")}'`;
}

function powershellWord(text: string): string {
  if (!INVISIBLE.test(text)) return inPowershellQuotes(text);
  const parts = Array.from(text, (character) =>
    INVISIBLE.test(character) ? `[char]0x${(character.codePointAt(0) ?? 0).toString(16)}` : inPowershellQuotes(character),
  );
  return `(${parts.join("+")})`;
}

/** PowerShell takes typographic quotes for quotes too (PowerShell documentation, "about_Quoting_Rules"). */
function inPowershellQuotes(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201A\u201B]/g, "$&$&")}'`;
}
