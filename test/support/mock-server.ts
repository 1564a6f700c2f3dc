import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** The Neon mock in another process. */
export interface MockServer {
  /** The API. With `--postgres` over TLS, unless the clients of a test cannot resolve its name (`--plain-api`). */
  readonly url: string;
  /** The same API without TLS. */
  readonly plainUrl: string;
  readonly apiKey: string;
  readonly projectId: string;
  readonly child: ChildProcess;
  /** The certificate of the authority of its computes. Needs the flag `--postgres`. */
  readonly rootFile: string | undefined;
  /** The variables with which the CLI finds it. */
  readonly env: Readonly<Record<"NEON_API_KEY" | "NEON_PROJECT_ID" | "NEON_API_HOST", string>> & MachineVariables;
  /** The variables with which programs on this machine resolve the names of its computes, and trust its authority. */
  readonly machine: MachineVariables;
  /** The URL of the database on the branch that runs start from. Needs the flag `--postgres`. */
  parentUrl(): Promise<string>;
  /** The branches that are not deleted. */
  branches(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** Calls a control route and returns its JSON. */
  control(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<number | null>;
}

type MachineVariables = Readonly<Partial<Record<"NODE_OPTIONS" | "PGHOSTADDR" | "SSL_CERT_FILE", string>>>;

const NAMES = new URL("neon-names.mjs", import.meta.url).href;

/** The computes of the mock have names and TLS like Neon's. */
function machineOf(rootFile: string | undefined): MachineVariables {
  if (rootFile === undefined) return {};
  return { NODE_OPTIONS: `--import=${NAMES}`, PGHOSTADDR: "127.0.0.1", SSL_CERT_FILE: rootFile };
}

/** Makes this process, too, resolve the names of mocks and trust the authority of one, because tests call it themselves. */
export async function trustMock(rootFile: string | undefined): Promise<void> {
  const { trust } = (await import(NAMES)) as { readonly trust: (file: string) => void };
  if (rootFile !== undefined) trust(rootFile);
}

/** Starts `mocks/neon/main.ts` with these flags, and waits until it listens. With `--plain-api`, the API has no TLS. */
export async function startMock(...flags: readonly string[]): Promise<MockServer> {
  const root = new URL("../..", import.meta.url).pathname;
  const command = [
    "--import",
    "tsx",
    "mocks/neon/main.ts",
    "--check",
    "--until-stdin-closes",
    ...flags.filter((flag) => flag !== "--plain-api"),
    ...(flags.includes("--postgres") ? ["--tls"] : []),
  ];
  const child = spawn(process.execPath, command, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), once(child, "exit").then(() => [undefined])])) as [string | undefined];
  if (line === undefined) throw new Error("The Neon mock ended before it listened.");
  const printed = JSON.parse(line) as { url: string; plainUrl?: string; apiKey: string; projectId: string; rootFile?: string };
  const plainUrl = printed.plainUrl ?? printed.url;
  const started = flags.includes("--plain-api") ? { ...printed, url: plainUrl } : printed;
  const machine = machineOf(started.rootFile);
  await trustMock(started.rootFile);
  const control: MockServer["control"] = async (method, path, body) => {
    const request = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${plainUrl.replace("/api/v2", "/_control")}/${path}`, request);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };
  return {
    ...started,
    plainUrl,
    rootFile: started.rootFile,
    machine,
    child,
    env: { ...machine, NEON_API_KEY: started.apiKey, NEON_PROJECT_ID: started.projectId, NEON_API_HOST: started.url },
    async parentUrl() {
      const headers = { authorization: `Bearer ${started.apiKey}` };
      const query = "database_name=neondb&role_name=neondb_owner";
      const response = await fetch(`${plainUrl}/projects/${started.projectId}/connection_uri?${query}`, { headers });
      return verified(((await response.json()) as { uri: string }).uri, started.rootFile);
    },
    async branches() {
      const state = (await control("GET", "state")) as { branches: { id: string; name: string; deleted: boolean }[] };
      return state.branches.filter(({ deleted }) => !deleted);
    },
    control,
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      child.kill("SIGTERM");
      await once(child, "exit");
      return child.exitCode;
    },
  };
}

/** A URL of the mock's API, with which clients in this process verify the certificate. */
export function verified(uri: string, rootFile: string | undefined): string {
  const url = new URL(uri);
  url.searchParams.set("sslmode", "verify-full");
  url.searchParams.set("sslrootcert", rootFile ?? "");
  return url.href;
}
