// Acquires the database of a run, as a CI job does: `node acquire.mjs <options as JSON>`.
import { dockerProvider } from "../../../../dist/providers/docker/docker.js";
import { branchName } from "../../../../dist/identity/name.js";
import { ownerTag } from "../../../../dist/identity/owner-tag.js";

const { key, image } = JSON.parse(process.argv[2]);
const run = { repository: "tests/contract", key, attempt: 1, source: "flag" };
const createdAt = new Date();
const expiresAt = new Date(createdAt.getTime() + 3_600_000);
const provider = dockerProvider({ env: process.env, image, idleMs: 600_000, baseTtlMs: 86_400_000 });
const database = await provider.acquire(
  { run, name: branchName(run), tag: ownerTag({ run, createdAt, expiresAt }), expiresAt, fingerprint: undefined },
  { signal: new AbortController().signal, withinMs: 120_000, emit: () => {} },
);
process.stdout.write(JSON.stringify(database));
