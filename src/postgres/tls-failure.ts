import { codeOf, messageOf } from "../errors.ts";
import { describeUrl } from "./url.ts";
import { transportOf } from "./tls.ts";

/** What a failed TLS connection means, in the words of `OffshootError`. */
export interface TlsFailure {
  readonly kind: "no-tls" | "authority" | "host" | "validity" | "protocol";
  readonly text: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** The driver's text for a server that answers the request for TLS with no (pg/lib/connection.js). It has no code. */
const NO_TLS = /does not support SSL/i;

// Codes of OpenSSL's `X509_V_ERR_…` and of Node.js (Node.js documentation, "X509 certificate error codes", "Node.js error codes").
const AUTHORITY =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|CERT_UNTRUSTED|CERT_REJECTED|CERT_CHAIN_TOO_LONG|INVALID_CA|CERT_SIGNATURE_FAILURE)/;
const VALIDITY = /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|CERT_REVOKED)$/;
const PROTOCOL = /^(EPROTO$|ERR_SSL_|ERR_TLS_)/;

/** Whether a server answered that it has no TLS. */
export function isWithoutTls(thrown: unknown): boolean {
  return NO_TLS.test(messageOf(thrown));
}

/** What a thrown error of a connection to `url` means, if TLS caused it. Undefined: something else did. */
export function tlsFailureOf(url: string, thrown: unknown): TlsFailure | undefined {
  const [server, cause, code] = [describeUrl(url), messageOf(thrown).replace(/\.$/, ""), codeOf(thrown) ?? ""];
  if (isWithoutTls(thrown)) {
    return {
      kind: "no-tls",
      text: `The server at ${server} does not support TLS.`,
      meaning: "The password was not sent, because anyone on the network between could read it.",
      remedy:
        "Turn on TLS on the server. If you trust the network, such as that between a CI job and its service container, append sslmode=disable to the URL.",
    };
  }
  const { root } = transportOf(url).files;
  const trusted = root === undefined ? "that Node.js trusts" : `in ${root}`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      kind: "host",
      text: `The certificate of the server at ${server} is for another host name: ${cause}.`,
      meaning: "The server may be another one than the URL names. The password was not sent.",
      remedy:
        "Use a host name of the certificate in the URL. `sslmode=verify-ca` does not compare the name (for Neon: the setting neon.sslmode).",
    };
  }
  if (AUTHORITY.test(code)) {
    return {
      kind: "authority",
      text: `The certificate of the server at ${server} is not from an authority ${trusted}: ${cause}.`,
      meaning: "The server may be another one than the URL names. The password was not sent.",
      remedy:
        "Name the file with its authority: sslrootcert=FILE in the URL, or PGSSLROOTCERT for Neon. `sslmode=require` encrypts without this check (for Neon: the setting neon.sslmode).",
    };
  }
  if (VALIDITY.test(code)) {
    return {
      kind: "validity",
      text: `The certificate of the server at ${server} is not valid now: ${cause}.`,
      meaning: "The password was not sent.",
      remedy: "Renew the certificate of the server, or correct the clock of this machine.",
    };
  }
  if (!PROTOCOL.test(code)) return undefined;
  return {
    kind: "protocol",
    text: `No TLS connection to the server at ${server} could be opened: ${cause}.`,
    meaning: "The password was not sent.",
    remedy: "Check that the host and the port are those of a Postgres server, and that it supports TLS 1.2 or newer.",
  };
}
