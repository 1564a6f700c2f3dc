/** What shells print for a program that they cannot find. */
const PROGRAM = /(?:^|: )(?:line )?\d*:? ?["'‘]?([\w@./+-]+)["'’]?: (?:(?:command )?not found|No such file or directory)\s*$/m;

/** What runtimes print for an installed package that is missing. A path that starts with a dot or a slash is a file of the repository. */
const PACKAGES: readonly RegExp[] = [
  /Cannot find (?:module|package) ["']([^"'./][^"']*)["']/,
  /No module named ["']?([\w.]+)/,
  /Could not find (?:gem )?["']?([\w-]+(?:-\d[\w.]*)?)["']? in (?:any of the sources|locally installed gems|rubygems)/,
  /Failed opening required ["']\S*(vendor\/autoload\.php)/,
  /\bthe dependency (?:is not available|build is outdated).*(mix deps\.get)/,
];

/** Exit status of a shell for a program that was not found. */
const NOT_FOUND = 127;

/**
 * The program or package that a command needs and that is not installed in this job, from its exit status and its output. Such a
 * failure shows nothing about the migrations. Undefined: another failure.
 */
export function missingProgram({
  exitCode,
  tail = "",
}: {
  readonly exitCode?: number | undefined;
  readonly tail?: string | undefined;
}): { readonly meaning: string; readonly remedy: string } | undefined {
  const found = exitCode === NOT_FOUND ? ["program", PROGRAM.exec(tail)?.[1]] : ["package", packageIn(tail)];
  const [kind, name] = found;
  if (name === undefined) return undefined;
  return {
    meaning: `The ${kind} ${name} was not found. It is not installed in this job${kind === "program" ? ", or not in its PATH" : ""}.`,
    remedy:
      "Install the dependencies of the repository before this command, as `npm ci`, `pip install`, `bundle install` or `go install` do. If another program migrates, set migrations.command.",
  };
}

function packageIn(tail: string): string | undefined {
  for (const pattern of PACKAGES) {
    const name = pattern.exec(tail)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}
