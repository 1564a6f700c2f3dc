import type { Api as Client, ApiConfig, EndpointType } from "@neondatabase/api-client";
import { MIB } from "../../read-file.ts";
import type { NeonClock } from "./clock.ts";
import type { Transport } from "./connected.ts";
import { checkReply, type Replies } from "./replies.ts";
import { type Call, sendCall, type TransportOptions } from "./transport.ts";
import type { CallContext } from "./types.ts";

export type { EndpointType } from "@neondatabase/api-client";

export interface ClientOptions extends TransportOptions {
  readonly apiKey: string;
  /** Base URL; undefined: Neon's own. */
  readonly apiHost: string | undefined;
  readonly clock: NeonClock;
  /** Sends a request; default: HTTP, as Neon's client does. */
  readonly adapter?: ApiConfig["adapter"] | undefined;
}

/** A page with 1,000 branches has about 1.5 MiB. The limit counts after decompression. */
const MOST_BYTES = 32 * MIB;
/** Neon sends no redirect, and a redirected POST would become a GET. */
const LIMITS = { maxContentLength: MOST_BYTES, maxRedirects: 0 } as const;

/** Sends a request with Neon's client, and returns the checked reply. Only a POST is not repeated after a lost reply. */
export type SendRequest = <Name extends keyof Replies>(
  name: Name,
  context: CallContext,
  /** The route for the rate limit, such as `POST branches`. */
  route: string,
  /** A phrase for messages: "create the branch". */
  what: string,
  request: Send,
  more?: Pick<Partial<Call<unknown>>, "before">,
) => Promise<Replies[Name]>;

export interface Sender {
  readonly send: SendRequest;
  /** The type of the one compute of a branch that accepts writes. */
  readonly readWrite: () => Promise<EndpointType>;
}

/** The first call loads Neon's client, because loading it takes longer than the rest of a command's start. */
export function senderOf(options: ClientOptions): Sender {
  let client: Promise<Loaded> | undefined;
  const loaded = (): Promise<Loaded> => (client ??= load(options));
  return {
    readWrite: async () => (await loaded()).readWrite,
    async send(name, context, route, what, request, more = {}) {
      const { api, readWrite, transport } = await loaded();
      const repeatable = !route.startsWith("POST");
      return sendCall(options, context, {
        route,
        what,
        repeatable,
        ...more,
        async send(limits) {
          const { onConnected, ...times } = limits;
          if (options.adapter !== undefined) onConnected();
          const sent = { ...times, ...LIMITS, transport: transport(onConnected) };
          const reply = await request(api, sent, readWrite).catch((thrown: unknown) => {
            options.clock.observe(headersOf(thrown), context.emit);
            throw thrown;
          });
          options.clock.observe(reply.headers, context.emit);
          return checkReply(name, reply);
        },
      });
    },
  };
}

/** The headers of a reply that the client threw as an error. */
function headersOf(thrown: unknown): unknown {
  return (thrown as { readonly response?: { readonly headers?: unknown } } | undefined)?.response?.headers;
}

interface Loaded {
  readonly api: Client<unknown>;
  /** The type of the one compute of a branch that accepts writes. */
  readonly readWrite: EndpointType;
  readonly transport: (onConnected: () => void) => Transport;
}

export type Send = (
  api: Loaded["api"],
  limits: { readonly signal: AbortSignal; readonly timeout: number },
  readWrite: Loaded["readWrite"],
) => Promise<{ readonly data: unknown; readonly headers?: unknown }>;

async function load({ apiKey, apiHost, adapter }: ClientOptions): Promise<Loaded> {
  const { createApiClient, EndpointType } = await import("@neondatabase/api-client");
  const { reportingTransport: transport } = await import("./connected.ts");
  const baseURL = apiHost === undefined ? {} : { baseURL: apiHost };
  const api = createApiClient({ apiKey, ...baseURL, ...(adapter === undefined ? {} : { adapter }) });
  return { api, readWrite: EndpointType.ReadWrite, transport };
}
