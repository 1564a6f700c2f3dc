/**
 * The process that holds the databases of a test run: it migrates the run's database, makes the clones and deletes them. It is
 * a process of its own, so that everything is deleted also when the test runner is killed, and so that a worker, which may run
 * its tests in a sandbox, needs no database driver of ours. It ends when no process is attached to it any more.
 */
import type { HolderRequest } from "./protocol.ts";
import { serveSuite } from "./serve-suite.ts";

process.once("message", (request: HolderRequest) => {
  serveSuite(request, process.env).then(
    (served) => {
      process.send?.("listening");
      for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void served.end());
      return served.ended.then(() => process.exit(0));
    },
    () => process.exit(1),
  );
});
