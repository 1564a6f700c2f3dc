import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { OffshootError } from "../errors.ts";
import { isLoopback } from "../loopback.ts";

/** How a client connects to a server, from its URL. */
export interface Transport {
  /** The ways to connect, in the order in which they are tried. */
  readonly ways: readonly ("tls" | "plaintext")[];
  /**
   * What is checked with TLS: `host` the authority of the certificate and the host name in it (`verify-full`), `authority`
   * only its authority (`verify-ca`), `nothing` neither.
   */
  readonly verify: "host" | "authority" | "nothing";
  /** The name that the client sends in the TLS handshake (SNI), and that the certificate must have. Undefined for an IP address. */
  readonly serverName: string | undefined;
  /** Whether the server is on this machine: a loopback address or a Unix socket. */
  readonly isLocal: boolean;
  /** Paths of PEM files. `root` has the trusted authorities; undefined: the authorities that Node.js trusts. */
  readonly files: { readonly root: string | undefined; readonly certificate: string | undefined; readonly key: string | undefined };
}

/** The values of `sslmode` (PostgreSQL documentation, "SSL Support"), and `no-verify` of node-postgres. */
type SslMode = "disable" | "allow" | "prefer" | "require" | "no-verify" | "verify-ca" | "verify-full";

/** The parameters of a URL that decide how to connect. */
export const TRANSPORT_PARAMETERS = ["sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "uselibpqcompat"] as const;

/**
 * The transport that libpq's documentation gives to the parameters of a URL, with one difference: a remote server gets
 * plaintext only if the URL says so with `sslmode=disable`. `prefer`, `allow` and no `sslmode` need TLS there, because a
 * password must not be sent in plaintext by chance. Reads no file. Throws `URL_INVALID` for an unknown `sslmode`.
 */
export function transportOf(url: string): Transport {
  const { searchParams, hostname } = new URL(url);
  const host = (searchParams.get("host") ?? decodeURIComponent(hostname)).replace(/^\[(.*)\]$/, "$1");
  const isSocket = host.startsWith("/");
  const isLocal = isSocket || isLoopback(host);
  const root = given(searchParams, "sslrootcert");
  const mode = modeOf(searchParams);
  return {
    // libpq ignores `sslmode` for Unix sockets.
    ways: isSocket ? ["plaintext"] : waysOf(mode, isLocal),
    verify: verificationOf(mode, root),
    serverName: isSocket || isIP(host) !== 0 ? undefined : host,
    isLocal,
    files: { root: root === "system" ? undefined : root, certificate: given(searchParams, "sslcert"), key: given(searchParams, "sslkey") },
  };
}

/** The URL for the driver, which gives some values of `sslmode` a meaning of its own, with a long warning in each process that uses one. */
export function withoutTransport(url: string): string {
  const parsed = new URL(url);
  // Each deletion writes the whole query again.
  for (const name of TRANSPORT_PARAMETERS) if (parsed.searchParams.has(name)) parsed.searchParams.delete(name);
  return parsed.href;
}

/** The contents of the files of a transport. */
export interface PemFiles {
  readonly root?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** The options of `tls.connect` for a transport. */
export function tlsOptions({ verify, serverName }: Transport, { root, certificate, key }: PemFiles = {}): ConnectionOptions {
  return {
    rejectUnauthorized: verify !== "nothing",
    ...(verify === "authority" ? { checkServerIdentity: () => undefined } : {}),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(root === undefined ? {} : { ca: root }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
}

function waysOf(mode: SslMode | undefined, isLocal: boolean): Transport["ways"] {
  if (mode === "disable") return ["plaintext"];
  if (!isLocal) return ["tls"];
  if (mode === "prefer") return ["tls", "plaintext"];
  // Without `sslmode`, as for `allow`: a server on this machine seldom has TLS.
  return mode === undefined || mode === "allow" ? ["plaintext", "tls"] : ["tls"];
}

/** With a root file `require` is the same as `verify-ca` (PostgreSQL documentation, "SSL Support", of `sslmode`). */
function verificationOf(mode: SslMode | undefined, root: string | undefined): Transport["verify"] {
  if (mode === "verify-full" || root === "system") return "host";
  if (mode === "verify-ca" || (mode === "require" && root !== undefined)) return "authority";
  return "nothing";
}

function modeOf(parameters: URLSearchParams): SslMode | undefined {
  const mode = given(parameters, "sslmode");
  // `ssl=true` of JDBC and of node-postgres checks the certificate.
  if (mode === undefined) return MODES_OF_SSL.get(parameters.get("ssl") ?? "");
  if (MODES.has(mode)) return mode as SslMode;
  throw new OffshootError("URL_INVALID", `The database URL has the unknown sslmode ${JSON.stringify(mode)}.`, {
    remedy: `Use one of ${[...MODES].join(", ")}.`,
  });
}

const MODES: ReadonlySet<string> = new Set<SslMode>(["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"]);
const MODES_OF_SSL: ReadonlyMap<string, SslMode> = new Map([
  ["true", "verify-full"],
  ["1", "verify-full"],
  ["false", "disable"],
  ["0", "disable"],
]);

function given(parameters: URLSearchParams, name: string): string | undefined {
  const value = parameters.get(name) ?? "";
  return value === "" ? undefined : value;
}
