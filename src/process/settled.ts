/** The exit status of Node for a program whose work can never end (Node documentation, "Process exit codes"). */
const UNFINISHED = 13;

/**
 * Without this, a process with nothing left to wait for would end with the status 0 in the middle of its work, and its caller
 * would take that for success.
 */
export function failUnlessSettled(work: Promise<unknown>, host: NodeJS.Process): void {
  let isSettled = false;
  // Nobody handles a failure, so Node reports it and ends with the status 1.
  void work.finally(() => (isSettled = true));
  host.once("exit", (status) => {
    if (!isSettled && status === 0) host.exitCode = UNFINISHED;
  });
}
