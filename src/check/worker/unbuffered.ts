import { basename } from "node:path";

const TOOLS = ["docker", "podman", "nerdctl"];
/** Options of the tools before the subcommand that take a value. */
const WITH_VALUE =
  /^(?:-c|-H|-l|--context|--host|--config|--log-level|--tlscacert|--tlscert|--tlskey|--connection|--url|--namespace|-n|-f|--file|-p|--project-name|--profile|--env-file|--project-directory)$/;

/** A command that starts a container or a process in one. */
export interface ContainerCommand {
  /** The command with the variable, and with the label if it creates a container. */
  readonly argv: readonly string[];
  /** Whether it creates a container, which then has the label. */
  readonly creates: boolean;
}

/**
 * Passes `PYTHONUNBUFFERED=1` on to the container of `docker run`, `docker exec`, `docker compose run` and the like, which
 * does not get our environment. `label` marks a container that the command creates. Undefined: another command.
 */
export function withUnbufferedContainer(argv: readonly string[], label: string): ContainerCommand | undefined {
  const [program = ""] = argv;
  const name = basename(program);
  if (!TOOLS.includes(name) && name !== "docker-compose" && name !== "podman-compose") return undefined;
  const words: string[] = [];
  for (let at = 1; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word.startsWith("-")) {
      if (WITH_VALUE.test(word)) at += 1;
      continue;
    }
    words.push(word);
    if (word === "container" || word === "compose") continue;
    return inserted(argv, { at: at + 1, subcommand: word, isCompose: words.includes("compose") || name.endsWith("compose"), label });
  }
  return undefined;
}

interface Place {
  readonly at: number;
  readonly subcommand: string;
  readonly isCompose: boolean;
  readonly label: string;
}

function inserted(argv: readonly string[], { at, subcommand, isCompose, label }: Place): ContainerCommand | undefined {
  if (subcommand !== "run" && subcommand !== "exec" && (isCompose || subcommand !== "create")) return undefined;
  const creates = subcommand === "run" && !isCompose;
  // An option of the caller that comes later has precedence.
  const added = ["--env", "PYTHONUNBUFFERED=1", ...(creates ? ["--label", label] : [])];
  return { argv: [...argv.slice(0, at), ...added, ...argv.slice(at)], creates };
}
