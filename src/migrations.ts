import { resolve } from "node:path";
import type { Context } from "./context.ts";
import { OffshootError } from "./errors.ts";
import type { MigrationCommand } from "./gate/command.ts";
import { fingerprintOf } from "./gate/fingerprint.ts";

/** What brings a database up to date, and the name of the state that it leads to. */
export interface Migrations {
  readonly command: MigrationCommand;
  /** The command as a person would type it. */
  readonly text: string;
  /** Where the command runs, absolute. */
  readonly directory: string;
  readonly fingerprint: string;
}

/**
 * The run's migrations: from `argv` (what stood after `--`) or from the configuration; undefined when neither names
 * any. Throws `MIGRATION_FILES_MISSING` when a configured pattern matches no file.
 */
export async function migrationsOf(context: Context, argv: readonly string[] = []): Promise<Migrations | undefined> {
  const { migrations } = context.settings;
  const directory = resolve(context.resolved.directory, migrations.directory ?? ".");
  const text = argv.length > 0 ? argv.join(" ") : migrations.command;
  if (text === undefined) return undefined;
  return {
    command: argv.length > 0 ? { kind: "argv", argv } : { kind: "shell", text },
    text,
    directory: argv.length > 0 ? context.cwd : directory,
    fingerprint: await fingerprintOf({ directory, files: migrations.files, command: text }),
  };
}

/** The same, where a command can't go on without. Throws `COMMAND_MISSING`. */
export async function requireMigrations(context: Context, argv: readonly string[] = []): Promise<Migrations> {
  const migrations = await migrationsOf(context, argv);
  if (migrations !== undefined) return migrations;
  throw new OffshootError("COMMAND_MISSING", "No migration command is configured, and none was given.", {
    remedy: "Set migrations.command in offshoot.yaml, or give it after `--`: offshoot migrate -- alembic upgrade head",
  });
}
