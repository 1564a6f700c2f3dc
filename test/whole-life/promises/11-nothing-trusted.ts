import { type Check, verdict } from "../outcome.ts";

/** Nothing that is read is trusted: names of runs and git branches ran no code, and no process failed unexpectedly because of them. */
export const nothingTrusted: Check = ({ ends, cleaning, strangeFiles }) =>
  verdict([
    ...[...ends, ...cleaning].map(({ name, stderr }) => {
      const trace = /^\s+at .+:\d+:\d+\)?$|unexpected error|UnhandledPromiseRejection/m.exec(stderr);
      return trace === null
        ? undefined
        : `${name} failed unexpectedly: ${stderr.slice(Math.max(0, trace.index - 300), trace.index + 200).trim()}`;
    }),
    strangeFiles.length === 0 ? undefined : `a name ran code, which created ${strangeFiles.join(", ")}`,
  ]);
