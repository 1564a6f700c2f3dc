import type { Context } from "../context/context.ts";
import { rootFileOf } from "../context/providers.ts";
import { transportOf } from "../postgres/tls.ts";
import type { ProviderName } from "../providers/provider.ts";
import { leavesMachine } from "../readiness/fence.ts";

/** How connections to the database are protected. */
export interface DiagnosedTransport {
  /** The value of `sslmode` in the URLs; undefined: the URLs have none. */
  readonly sslmode: string | undefined;
  /** What is verified of the server, and by which authorities; one line. */
  readonly verifies: string;
  /** Whether the migration command can never overlap with that of another job, and why; one line. */
  readonly fence: string;
}

/** What protects the connections to a database of that provider. Connects to nothing. */
export async function diagnoseTransport(
  context: Context,
  provider: ProviderName,
  command: string | undefined,
): Promise<DiagnosedTransport> {
  const { sslmode, verifies, isRemote } = await tlsOf(context, provider);
  return { sslmode, verifies, fence: fenceOf(context, command, isRemote) };
}

interface Tls {
  readonly sslmode: string | undefined;
  readonly verifies: string;
  readonly isRemote: boolean;
}

async function tlsOf({ settings, env }: Context, provider: ProviderName): Promise<Tls> {
  if (provider === "neon") {
    const { sslmode } = settings.neon;
    const file = await rootFileOf(env);
    const authorities = file === undefined ? "the authorities of Node.js" : file;
    const what = { "verify-full": "the certificate and the host name", "verify-ca": "the certificate", require: undefined }[sslmode];
    const verifies = what === undefined ? "nothing: neon.sslmode is require" : `${what}, with ${authorities}`;
    return { sslmode, verifies, isRemote: true };
  }
  const { url } = settings.existing;
  if (provider !== "existing" || url === undefined) {
    return { sslmode: undefined, verifies: "nothing: the server is on this machine or in its container, without TLS", isRemote: false };
  }
  const { ways, verify, files, isLocal } = transportOf(url);
  const authorities = files.root ?? "the authorities of Node.js";
  const verified = { host: `the certificate and the host name, with ${authorities}`, authority: `the certificate, with ${authorities}` };
  const nothing = ways[0] === "plaintext" ? "nothing: the connection is not encrypted" : "nothing: the connection is only encrypted";
  const verifies = ways[0] === "plaintext" || verify === "nothing" ? nothing : verified[verify];
  return { sslmode: new URL(url).searchParams.get("sslmode") ?? undefined, verifies, isRemote: !isLocal };
}

/** In place of the URL of the database, of which only the host decides. */
const REMOTE = "postgresql://user@database.invalid/app";
const LOCAL = "postgresql://user@127.0.0.1/app";

function fenceOf({ settings }: Context, command: string | undefined, isRemote: boolean): string {
  const { fence } = settings.migrations;
  if (fence === "off") return "off: migrations.fence is off";
  if (command === undefined) return "on, for a migration command";
  const url = (isRemote ? REMOTE : LOCAL) as Parameters<typeof leavesMachine>[1];
  const program = fence === "auto" ? leavesMachine({ kind: "shell", text: command }, url) : undefined;
  return program === undefined
    ? `on${fence === "require" ? ": migrations.fence is require" : ""}`
    : `off: \`${program}\` runs the migrations where they cannot reach offshoot's broker`;
}
