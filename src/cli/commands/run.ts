import type { Kept } from "../../ci/summary/command-summary.ts";
import { ownCommand } from "../../shell-command.ts";
import { run, type RunResult } from "../../commands/run.ts";
import type { Execute } from "../invocation.ts";
import { timingTable } from "../tables.ts";

export const execute: Execute = async (invocation, flags, argv) => {
  if (invocation.json)
    invocation.log("warning: --json has no effect here except on an error of offshoot: stdout has only the output of the command.");
  try {
    const result = await run({
      ...invocation.options,
      command: argv,
      keep: flags["keep"] === true,
      keepOnFailure: flags["keepOnFailure"] === true,
      terminal: invocation.stdinIsTerminal,
    });
    // A command that ignored the interruption was killed, which must not hide the interruption.
    const wasKilled = result.signal === "SIGKILL" && invocation.received() !== undefined;
    invocation.exitCode = wasKilled ? invocation.signalExitCode() : result.exitCode;
    if (result.kept !== undefined) {
      const kept = describeKept(result.kept, result);
      invocation.log(kept.text);
      for (const command of kept.commands) invocation.log(`  ${command}`);
      invocation.summary.kept = kept;
    }
  } finally {
    const { phases } = invocation.progress;
    const isShown = phases.length > 0 && (flags["timings"] === true || invocation.job.isCi);
    if (isShown) for (const line of timingTable(phases)) invocation.log(line);
  }
};

function describeKept(kept: NonNullable<RunResult["kept"]>, { name, run: key }: RunResult): Kept {
  const remove = ownCommand(["down", "--run", key]);
  switch (kept) {
    case "kept":
    case "kept-on-failure": {
      // Not the URL by `eval "$(… env)"` and then psql: if that command is not found, psql would open another DATABASE_URL.
      const connect = ownCommand(["psql", "--run", key]);
      return { text: `The database ${name} was kept. Connect to it, and delete it, with:`, commands: [connect, remove] };
    }
    case "shared":
      return { text: `The database ${name} was kept because other jobs of this run use it. The last of them deletes it.`, commands: [] };
    case "not-deleted":
      return { text: `The database ${name} could not be deleted. Delete it with:`, commands: [remove] };
    case "until-down":
      return { text: `The database ${name} was kept because \`offshoot up\` was called for its run. Delete it with:`, commands: [remove] };
  }
}
