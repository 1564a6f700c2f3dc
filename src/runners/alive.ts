/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // A process of another user exists too.
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
