import { basename } from "node:path";
import { type Process, descendantsOf } from "../../process/processes.ts";

/** How often one program was started again. */
export interface Restarts {
  readonly program: string;
  readonly times: number;
}

/** Counts how often processes end and are started again, from repeated looks at all of them. */
export interface RestartCounter {
  look(processes: readonly Process[]): void;
  /** The program that was started again most often. Undefined: none. */
  most(): Restarts | undefined;
}

/**
 * Counts starts by command line. As many processes of one command line as ran at the same time count as one start, because
 * a server can have several.
 */
export function restartCounter(): RestartCounter {
  const programs = new Map<string, { readonly starts: Set<string>; atOnce: number }>();
  return {
    look(processes) {
      const running = new Map<string, number>();
      for (const { command, pid, started } of processes.filter(({ isZombie }) => !isZombie)) {
        const program = programs.get(command) ?? { starts: new Set<string>(), atOnce: 0 };
        program.starts.add(`${pid} ${started}`);
        running.set(command, (running.get(command) ?? 0) + 1);
        program.atOnce = Math.max(program.atOnce, running.get(command) ?? 0);
        programs.set(command, program);
      }
    },
    most() {
      const all = [...programs].map(([program, { starts, atOnce }]) => ({ program, times: starts.size - atOnce }));
      return all.filter(({ times }) => times > 0).toSorted((a, b) => b.times - a.times)[0];
    },
  };
}

/** Programs that scripts call again and again. That one of them starts again says nothing about the worker. */
const HELPERS = new Set(
  `sleep cat date curl wget ps pgrep pidof kill grep sed awk gawk mawk tail head tee wc tr cut sort uniq ls test true false echo printf
  nc ping git pg_isready psql redis-cli mysqladmin find stat timeout env uname hostname id flock logger inotifywait dirname basename
  mktemp rm cp mv touch mkdir expr seq bc jq nproc free df du uptime openssl docker podman`.split(/\s+/),
);

/** The descendants of a worker whose restarts count: not helpers of scripts, and not copies of their parent, as servers fork them. */
export function countedDescendants(pid: number, all: readonly Process[]): readonly Process[] {
  const byPid = new Map(all.map((each) => [each.pid, each]));
  return descendantsOf(pid, all).filter(({ command, parent, name }) => {
    const program = basename(command.split(" ")[0] ?? "");
    return !HELPERS.has(program) && !HELPERS.has(name) && byPid.get(parent)?.command !== command;
  });
}
