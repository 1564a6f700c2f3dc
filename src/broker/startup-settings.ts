/** Parameters of a first message that are not settings (PostgreSQL documentation, "Message Formats", StartupMessage). */
const OTHERS: ReadonlySet<string> = new Set(["user", "database", "options", "replication"]);

/**
 * The settings with which a client asks the server to start its session, by their names in lower case: in its parameters, as drivers
 * send them, and in `options`, which libpq fills from PGOPTIONS. A parameter counts more than an option, and a later option more than
 * an earlier one (`process_startup_options` in src/backend/utils/init/postinit.c). Pure.
 */
export function startupSettings(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const own = [...parameters].filter(([name]) => !OTHERS.has(name));
  return new Map([...settingsIn(parameters.get("options") ?? ""), ...own].map(([name, value]) => [name.toLowerCase(), value]));
}

/** `-c NAME=VALUE`, `-cNAME=VALUE` and `--NAME=VALUE`, where a dash in the name is an underscore. */
function settingsIn(options: string): readonly (readonly [string, string])[] {
  const words = wordsOf(options);
  return words.flatMap((word, at) => {
    const text = word === "-c" ? words[at + 1] : /^(?:-c|--)(.+)$/s.exec(word)?.[1];
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text ?? "") ?? [];
    return name === undefined || value === undefined ? [] : [[name.replaceAll("-", "_"), value] as const];
  });
}

/** Words are separated by white space. A backslash keeps the character after it (`pg_split_opts` in the same file). */
function wordsOf(options: string): readonly string[] {
  return (options.match(/(?:\\[^]|[^\s\\])+/g) ?? []).map((word) => word.replaceAll(/\\([^])/g, "$1"));
}
