import { constants } from "node:fs";
import { access } from "../file-facts.ts";
import type { Env } from "../environment.ts";

/** Variables that name a file with trusted authorities: of libpq, of OpenSSL and of Nix. */
const VARIABLES = ["PGSSLROOTCERT", "SSL_CERT_FILE", "NIX_SSL_CERT_FILE"];

/** Where systems have their authorities in one file (Go's crypto/x509, `root_linux.go`, `root_bsd.go` and `root_darwin.go`). */
const SYSTEM_FILES = [
  // Debian, Ubuntu, Arch, Gentoo, Alpine with ca-certificates
  "/etc/ssl/certs/ca-certificates.crt",
  // Fedora, Red Hat, Amazon Linux
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  // openSUSE
  "/etc/ssl/ca-bundle.pem",
  // Alpine, macOS, FreeBSD
  "/etc/ssl/cert.pem",
];

/**
 * The file with the authorities that this machine trusts. libpq has no default that works everywhere: `sslrootcert=system`
 * needs libpq 16, and without a file it does not verify anything. Undefined if the machine has no such file.
 */
export async function findCaBundle(env: Env): Promise<string | undefined> {
  const named = VARIABLES.flatMap((name) => env[name] ?? []);
  for (const path of [...named, ...SYSTEM_FILES]) {
    if (path.startsWith("/") && (await isReadable(path))) return path;
  }
  return undefined;
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
