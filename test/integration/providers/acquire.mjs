// Acquires the database of a run, as a CI job does: `node acquire.js <options as JSON>`, compiled. With `image` it uses the Docker
// provider, otherwise the embedded one.
import { dockerProvider } from "../../../src/providers/docker/docker.ts";
import { embeddedProvider } from "../../../src/providers/local/embedded.ts";
import { branchName } from "../../../src/identity/name.ts";
import { ownerTag } from "../../../src/identity/owner-tag.ts";

const { key, cwd = process.cwd(), image } = JSON.parse(process.argv[2]);
const run = { repository: "tests/contract", key, attempt: 1, source: "flag" };
const createdAt = new Date();
const expiresAt = new Date(createdAt.getTime() + 3_600_000);
const settings = { env: process.env, idleMs: 600_000, baseTtlMs: 86_400_000 };
const provider = image === undefined ? embeddedProvider({ ...settings, cwd }) : dockerProvider({ ...settings, image });
const database = await provider.acquire(
  { run, name: branchName(run), tag: ownerTag({ run, createdAt, expiresAt }), expiresAt, fingerprint: undefined },
  { signal: new AbortController().signal, withinMs: image === undefined ? 90_000 : 120_000, emit: () => {} },
);
process.stdout.write(JSON.stringify(database));
