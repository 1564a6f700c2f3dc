import { type ConnectionOptions, createSecureContext, type SecureContext } from "node:tls";
import { OffshootError } from "../errors.ts";
import { MIB, readFailure, readText } from "../read-file.ts";
import { type Transport, tlsOptions } from "./tls.ts";

/** The bundle of a Linux distribution has about 220 KiB. */
const MOST_BYTES = 16 * MIB;

/** A bundle of authorities takes milliseconds to parse. One process reads each root file once. */
const contexts = new Map<string, Promise<SecureContext>>();

/** The options of `tls.connect` for a transport, with the contents of its files. Throws `USAGE` if a file cannot be read. */
export async function readTlsOptions(transport: Transport): Promise<ConnectionOptions> {
  const { root, certificate, key } = transport.files;
  if (certificate === undefined && key === undefined) {
    return { ...tlsOptions(transport), ...(root === undefined ? {} : { secureContext: await contextOf(root) }) };
  }
  const [rootPem, certificatePem, keyPem] = await Promise.all([
    readPem("sslrootcert", root),
    readPem("sslcert", certificate),
    readPem("sslkey", key),
  ]);
  return tlsOptions(transport, { root: rootPem, certificate: certificatePem, key: keyPem });
}

async function contextOf(root: string): Promise<SecureContext> {
  const known = contexts.get(root) ?? readPem("sslrootcert", root).then((ca) => createSecureContext({ ca }));
  contexts.set(root, known);
  try {
    return await known;
  } catch (thrown) {
    contexts.delete(root);
    throw thrown;
  }
}

async function readPem(parameter: string, path: string): Promise<string>;
async function readPem(parameter: string, path: string | undefined): Promise<string | undefined>;
async function readPem(parameter: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readText(path, MOST_BYTES);
  } catch (thrown) {
    throw new OffshootError("USAGE", `The file ${path} of the URL's parameter ${parameter} could not be read: ${readFailure(thrown)}.`, {
      remedy: `Correct ${parameter} in the URL, or create the file.`,
    });
  }
}
