import { expect, test } from "vitest";
import { diagnose, lastErrors, machineRemedy } from "../../../../../src/providers/local/cluster/failure.ts";

// Lines as PostgreSQL 15 to 18 and the dynamic linker write them.
test.each([
  ["disk-full", 'FATAL:  could not write lock file "postmaster.pid": No space left on device'],
  ["disk-full", 'initdb: error: could not write file "x": Disk quota exceeded'],
  ["port-taken", 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'],
  ["port-taken", "FATAL:  could not create any TCP/IP sockets"],
  ["already-running", 'FATAL:  lock file "postmaster.pid" already exists'],
  ["already-running", "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use"],
  ["machine", 'FATAL:  could not resize shared memory segment "/PostgreSQL.1" to 48 bytes: No space left on device'],
  ["machine", "FATAL:  could not create semaphores: No space left on device"],
  ["machine", "FATAL:  insufficient file descriptors available to start server process"],
  ["machine", "FATAL:  could not map anonymous shared memory: Cannot allocate memory"],
  ["machine", "postgres: error while loading shared libraries: libicuuc.so.60: cannot open shared object file"],
  ["machine", 'FATAL:  unrecognized configuration parameter "io_method"'],
  ["damaged", "PANIC:  could not locate a valid checkpoint record at 0/152E1D0"],
  ["damaged", 'FATAL:  could not open file "global/pg_filenode.map": No such file or directory'],
  ["damaged", ""],
] as const)("the diagnosis is %s for the log line: %s", (expected, log) => {
  expect(diagnose(`2026-01-01 00:00:00 UTC [1] LOG:  starting PostgreSQL\n2026-01-01 00:00:00 UTC [1] ${log}\n`)).toBe(expected);
});

test("lastErrors returns the error lines as one line, without repetitions", () => {
  const log = "LOG:  starting\nFATAL:  one\nLOG:  nothing\nFATAL:  two\nHINT:  none\n";
  expect(lastErrors(log)).toBe("FATAL:  one | FATAL:  two");
  expect(lastErrors("only this\n")).toBe("only this");
  expect(lastErrors("said twice\nsaid twice\n")).toBe("said twice");
});

test.each([
  ["FATAL:  insufficient file descriptors available to start server process", "ulimit -n 1024"],
  ["FATAL:  could not create shared memory segment: No space left", "--shm-size=256m"],
  ["FATAL:  could not resize shared memory segment: No space left", "--shm-size=256m"],
  ["initdb: error: out of memory", "more memory"],
  ["initdb: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by initdb)", "package manager of this system"],
  ["initdb: error while loading shared libraries: libicuuc.so.72: cannot open shared object file", "contains the library"],
])("the remedy for %j names the limit of the machine", (log, remedy) => {
  expect(machineRemedy(log)).toContain(remedy);
});

test("a log that names no limit has no such remedy", () => {
  expect(machineRemedy("FATAL:  invalid locale settings")).toBeUndefined();
});
