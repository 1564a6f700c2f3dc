import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, rootCertificates } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { nodeAuthorities } from "../../../src/postgres/node-authorities.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "offshoot-authorities-"));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

test("the file has every authority of Node.js, and OpenSSL reads it", async () => {
  const path = await nodeAuthorities(join(await folder(), "new"));
  const text = await readFile(path ?? "", "utf8");
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  expect(certificates).toHaveLength(rootCertificates.length);
  expect(certificates.map((each) => new X509Certificate(each).ca)).not.toContain(false);
  expect(() => createSecureContext({ ca: text })).not.toThrow();
});

test("the file is written once, by one of many, and a damaged one again", async () => {
  const place = await folder();
  const paths = await Promise.all(Array.from({ length: 8 }, () => nodeAuthorities(place)));
  const [path = ""] = paths;
  expect(new Set(paths).size).toBe(1);
  expect(await readdir(place)).toHaveLength(1);
  const { mtimeMs } = await stat(path);
  await nodeAuthorities(place);
  expect((await stat(path)).mtimeMs).toBe(mtimeMs);
  await writeFile(path, "damaged");
  await nodeAuthorities(place);
  expect(await readFile(path, "utf8")).toContain("BEGIN CERTIFICATE");
});

test("without a place for the file there is none", async () => {
  const file = join(await folder(), "a-file");
  await writeFile(file, "");
  expect(await nodeAuthorities(file)).toBeUndefined();
});
