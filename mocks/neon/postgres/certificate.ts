import { generateKeyPairSync, sign } from "node:crypto";

/** A self-signed certificate and its key, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";

/**
 * Every mock makes a new one, so that the repository contains no private key. Clients that only encrypt accept it
 * (`sslmode=require` of libpq). Clients that verify certificates reject it.
 */
export function createCertificate(commonName: string, now: Date = new Date()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(0x30, der(0x06, Buffer.from(ECDSA_WITH_SHA256, "hex")));
  const attribute = der(0x30, der(0x06, Buffer.from(COMMON_NAME, "hex")), der(0x0c, Buffer.from(commonName)));
  const name = der(0x30, der(0x31, attribute));
  const day = 86_400_000;
  const validity = der(0x30, time(new Date(now.getTime() - day)), time(new Date(now.getTime() + 365 * day)));
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.from([1]));
  const key = publicKey.export({ type: "spki", format: "der" });
  const body = der(0x30, version, serial, algorithm, name, validity, name, key);
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, privateKey));
  return {
    certificate: pem(der(0x30, body, algorithm, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
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
