import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const BASIC_CONSTRAINTS = "551d13";
const KEY_USAGE = "551d0f";
const ALTERNATIVE_NAMES = "551d11";

const TRUE = Buffer.from("0101ff", "hex");

/** A certificate authority. */
export interface Authority extends Certificate {
  readonly name: string;
}

/** A new certificate authority. Every mock makes one, so that the repository contains no private key. */
export function createAuthority(now: Date = new Date()): Authority {
  const name = `Authority of the Neon mock ${randomBytes(4).toString("hex")}`;
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certSign = Buffer.from("03020106", "hex");
  const extensions = [extension(BASIC_CONSTRAINTS, der(0x30, TRUE), TRUE), extension(KEY_USAGE, certSign, TRUE)];
  return { name, ...certify({ subject: name, issuer: name, keys, signer: keys.privateKey, extensions, now }) };
}

/** A certificate of the authority for a server with these names. The first label of a name can be `*`. */
export function issueCertificate(authority: Authority, names: readonly string[], now: Date = new Date()): Certificate {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const alternatives = der(0x30, ...names.map((name) => der(0x82, Buffer.from(name, "ascii"))));
  const signer = createPrivateKey(authority.key);
  const extensions = [extension(ALTERNATIVE_NAMES, alternatives)];
  return certify({ subject: names[0] ?? "", issuer: authority.name, keys, signer, extensions, now });
}

interface Contents {
  readonly subject: string;
  readonly issuer: string;
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly now: Date;
}

/** An X.509 certificate of version 3 (RFC 5280, section 4.1), valid for a year. */
function certify({ subject, issuer, keys, signer, extensions, now }: Contents): Certificate {
  const algorithm = der(0x30, der(0x06, Buffer.from(ECDSA_WITH_SHA256, "hex")));
  const day = 86_400_000;
  const validity = der(0x30, time(new Date(now.getTime() - day)), time(new Date(now.getTime() + 365 * day)));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    // A serial number is positive: its first bit is 0.
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    validity,
    nameOf(subject),
    keys.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, ...extensions)),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, signer));
  return {
    certificate: pem(der(0x30, body, algorithm, signature)),
    key: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function nameOf(commonName: string): Buffer {
  const attribute = der(0x30, der(0x06, Buffer.from(COMMON_NAME, "hex")), der(0x0c, Buffer.from(commonName)));
  return der(0x30, der(0x31, attribute));
}

function extension(id: string, value: Buffer, ...critical: readonly Buffer[]): Buffer {
  return der(0x30, der(0x06, Buffer.from(id, "hex")), ...critical, der(0x04, value));
}

/** One value of X.690: tag, length, content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const value = Buffer.concat(content);
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function time(at: Date): Buffer {
  return der(0x18, Buffer.from(`${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`));
}

function pem(content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
