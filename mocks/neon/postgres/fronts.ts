import type { Endpoint } from "../state.ts";
import { type Backend, type Front, openFront } from "./front.ts";
import type { Machine } from "./machine.ts";
import { openTlsFront } from "./tls-front.ts";

/** The addresses of all computes. */
export interface Fronts {
  open(endpoint: Endpoint, backend: Backend): Promise<Addresses>;
  close(endpoint: Endpoint): Promise<void>;
  end(): Promise<void>;
}

/** Both with a port. */
interface Addresses {
  readonly host: string;
  readonly poolerHost: string;
}

/** Ports of 127.0.0.1, without TLS. They work everywhere, because no name has to be resolved. */
export function portFronts(): Fronts {
  const fronts = new Map<string, readonly Front[]>();
  return {
    async open(endpoint, backend) {
      // Two ports, so that the pooled address differs from the direct one. Both connect to the server itself.
      const pair = await Promise.all([openFront(backend), openFront(backend)]);
      fronts.set(endpoint.id, pair);
      return { host: `127.0.0.1:${pair[0].port}`, poolerHost: `127.0.0.1:${pair[1].port}` };
    },
    async close({ id }) {
      await Promise.all((fronts.get(id) ?? []).map((front) => front.close()));
      fronts.delete(id);
    },
    async end() {
      await Promise.all([...fronts.values()].flat().map((front) => front.close()));
    },
  };
}

/** Names like Neon's, at one port with TLS. Only clients that resolve them to 127.0.0.1 can connect. */
export async function namedFronts({ certificate }: Machine): Promise<Fronts> {
  const front = await openTlsFront(certificate);
  const opened = new Map<string, readonly string[]>();
  return {
    async open({ id, host, poolerHost }, backend) {
      opened.set(id, [host, poolerHost]);
      for (const name of [host, poolerHost]) front.add(name, backend);
      return { host: `${host}:${front.port}`, poolerHost: `${poolerHost}:${front.port}` };
    },
    async close({ id }) {
      for (const name of opened.get(id) ?? []) front.remove(name);
      opened.delete(id);
    },
    end: () => front.close(),
  };
}
