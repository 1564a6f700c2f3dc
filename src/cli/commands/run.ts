import { type KeptReason, run, type RunResult } from "../../commands/run.ts";
import type { Execute } from "../invocation.ts";
import { timingTable } from "../tables.ts";

export const execute: Execute = async (invocation, flags, argv) => {
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
      const lines = describeKept(result.kept, result);
      for (const line of lines) invocation.log(line);
      invocation.summary.kept = lines.join(" ");
    }
  } finally {
    if (invocation.progress.phases.length > 0) for (const line of timingTable(invocation.progress.phases)) invocation.log(line);
  }
};

function describeKept(kept: KeptReason, { name, run: key }: RunResult): readonly string[] {
  switch (kept) {
    case "kept":
    case "kept-on-failure":
      return [
        `The database ${name} was kept.`,
        `  connect:  eval "$(offshoot env --run ${key})" && psql "$DATABASE_URL"`,
        `  delete:   offshoot down --run ${key}`,
      ];
    case "shared":
      return [`The database ${name} was kept because other jobs of this run use it. The last of them deletes it.`];
    case "until-down":
      return [`The database ${name} was kept because \`offshoot up\` created it. Delete it with: offshoot down --run ${key}`];
  }
}
