import type { Env } from "../../../environment.ts";

/** Environment of the server and its helpers: nothing else of ours, so that no key of a CI job lives on in a server. */
export function serverEnvironment(env: Env): Record<string, string> {
  const kept = ["PATH", "Path", "SystemRoot", "TEMP"].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}

/** How a server runs whose data nobody will miss. They are given at each start, so that none outlives its release. */
export function serverSettings(major: number): Readonly<Record<string, string>> {
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    // The machine may crash and take everything; the server may not: a commit reaches the operating system before it
    // is answered (`synchronous_commit` stays on), which costs next to nothing without a flush to disk.
    fsync: "off",
    full_page_writes: "off",
    // Nobody replicates from it; without a log of the copied pages a database is copied several times quicker.
    wal_level: "minimal",
    max_wal_senders: "0",
    max_logical_replication_workers: "0",
    max_connections: "200",
    shared_buffers: "64MB",
    min_wal_size: "32MB",
    // Each copy of a database is two checkpoints, which would fill the log.
    log_checkpoints: "off",
    log_timezone: "UTC",
    timezone: "UTC",
    // Worker processes for I/O (PostgreSQL 18) only cost memory on small machines.
    ...(major >= 18 ? { io_method: "sync" } : {}),
  };
}
