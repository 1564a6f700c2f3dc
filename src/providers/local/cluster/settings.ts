/** Settings of a server with throw-away data. They are passed at each start, so that a new release changes old servers too. */
export function serverSettings(major: number): Readonly<Record<string, string>> {
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    // A crash of the machine may lose data; a crash of the server must not. `synchronous_commit` stays on: a commit
    // reaches the operating system before it is confirmed, which is cheap without a flush to disk.
    fsync: "off",
    full_page_writes: "off",
    // Nothing replicates from this server. Without a log of the copied pages a database is copied several times faster.
    wal_level: "minimal",
    max_wal_senders: "0",
    max_logical_replication_workers: "0",
    max_connections: "200",
    shared_buffers: "64MB",
    min_wal_size: "32MB",
    // Each copy of a database makes two checkpoints, which would fill the log.
    log_checkpoints: "off",
    log_timezone: "UTC",
    timezone: "UTC",
    // Worker processes for I/O (PostgreSQL 18) use memory that small machines need.
    ...(major >= 18 ? { io_method: "sync" } : {}),
  };
}

/**
 * Locale flags of `initdb`, to be tried in this order. They give the same sort order and case rules on every machine. The
 * builtin provider came with PostgreSQL 17; before that, some machines lack `C.UTF-8` and use `C`.
 */
export function localeFlags(major: number): readonly [readonly string[], ...(readonly string[])[]] {
  if (major >= 17) return [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]];
  return [["--locale=C.UTF-8"], ["--locale=C"]];
}

/** Flags that leave out data checksums, which `initdb` has on by default since PostgreSQL 18. */
export function checksumFlags(major: number): readonly string[] {
  return major >= 18 ? ["--no-data-checksums"] : [];
}
