import { createHash, randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { makeFolders } from "../make-folders.ts";
import { MIB, readText } from "../read-file.ts";

/**
 * Writes the authorities that Node.js brings (those of Mozilla) to a file in `folder`, and returns its path. So libpq can
 * verify a server on a machine without a file of authorities, such as a slim container image. The file of the same
 * authorities is written once. Undefined when the folder cannot be written.
 */
export async function nodeAuthorities(folder: string): Promise<string | undefined> {
  const text = `${rootCertificates.join("\n")}\n`;
  const path = join(folder, `authorities-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.pem`);
  if ((await readText(path, MIB).catch(() => undefined)) === text) return path;
  // Another process can write the same file at the same time.
  const own = `${path}.${randomUUID()}`;
  try {
    await makeFolders(folder, 0o755);
    await writeFile(own, text, { flag: "wx", mode: 0o644 });
    await rename(own, path);
    return path;
  } catch {
    await rm(own, { force: true }).catch(() => {});
    return undefined;
  }
}
