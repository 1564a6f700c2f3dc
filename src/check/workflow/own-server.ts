const IMAGE = String.raw`(?:postgres|postgis|timescale|pgvector|citus|paradedb|yugabyte|supabase|neon_local|mysql|mariadb|cockroach|mssql)`;

const STARTS_DATABASE = new RegExp(
  [
    String.raw`\b(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create)\b.*(?:${IMAGE}|\b(?:5432|3306)\b|\bPOSTGRES_)`,
    String.raw`\b(?:docker|podman|nerdctl)\s+(?:container\s+)?start\b`,
    // A command in a container of Compose reaches what Compose started.
    String.raw`\b(?:docker|podman|nerdctl)(?:-|\s+)compose\b.*\b(?:up|run|start|exec)\b`,
    String.raw`\b(?:service|systemctl)\b(?!.*\b(?:stop|disable|mask)\b).*\bpostgres`,
    String.raw`/etc/init\.d/postgres\S*\s+(?:re)?start`,
    String.raw`\bpg_(?:ctl|ctlcluster|createcluster|tmp|virtualenv)\b|\bpg-(?:tmp|start)\b|\bephemeralpg\b`,
    String.raw`\binitdb\b|\bpostgres\s+-D\b|\bembedded-postgres\b|\bpglite-server\b`,
    String.raw`\b(?:brew\s+services\b.*|choco\s+install\b.*|scoop\s+install\b.*)\bpostgres`,
    String.raw`\bsupabase\s+(?:start|db\s+start)\b|\bdevbox\s+services\s+(?:up|start)\b|\bdevenv\s+up\b|\bdevcontainer\s+(?:up|exec)\b`,
  ].join("|"),
);

/** Whether a command starts a database server in the job. */
export function startsDatabase(command: string): boolean {
  return STARTS_DATABASE.test(command);
}

/** Whether a service of a job, as JSON, is a database server. */
export function isServerImage(service: string): boolean {
  return new RegExp(String.raw`${IMAGE}|"(?:db|database|pg)"|"\d*:?5432(?:/tcp)?"|:5432\b|pg_isready`, "i").test(service);
}
