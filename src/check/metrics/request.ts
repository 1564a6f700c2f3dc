import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

import { messageOf } from "../../errors.ts";

export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Uint8Array;
}

export interface RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Bytes of the body after decompression. A longer one is an error. */
  readonly maxBytes: number;
}

const MOST_REDIRECTS = 10;

/**
 * Sends a GET request. `fetch` is not used because it rejects ports that browsers block, and a metrics endpoint can have
 * any port. Follows redirects, without the credentials when they lead to another origin. Throws the error of the
 * connection, or an `Error` with the reason.
 */
export async function get(url: URL, options: RequestOptions, redirects = 0): Promise<Answer> {
  const response = await send(url, options);
  try {
    const { statusCode: status = 0, headers } = response;
    if (status >= 300 && status < 400 && headers.location !== undefined) {
      if (redirects === MOST_REDIRECTS) throw new Error(`more than ${MOST_REDIRECTS} redirects`);
      return await get(...redirected(url, headers.location, options), redirects + 1);
    }
    const body = status === 200 ? await bodyOf(response, options.maxBytes).catch(unreadable(options.signal)) : new Uint8Array();
    return { status, contentType: headers["content-type"] ?? null, body };
  } finally {
    response.destroy();
  }
}

/** An answer that began and could not be read to its end. */
export class UnreadableAnswer extends Error {
  override readonly name = "UnreadableAnswer";
}

/** At the end of the time, Node only says that the connection ended. */
function unreadable(signal: AbortSignal): (thrown: unknown) => never {
  return (thrown) => {
    signal.throwIfAborted();
    throw new UnreadableAnswer(whyOf(thrown), { cause: thrown });
  };
}

function whyOf(thrown: unknown): string {
  const text = messageOf(thrown);
  // Node's words for a connection that ended in the middle of a body.
  return text === "aborted" ? "the connection ended before the end of the answer" : text;
}

async function send(url: URL, { headers, signal }: RequestOptions): Promise<IncomingMessage> {
  const given = { headers: { ...headers }, signal, agent: false };
  const request: ClientRequest = url.protocol === "https:" ? httpsRequest(url, given) : httpRequest(url, given);
  request.end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  // The connection can end in the middle of the body. The reader of the body then gets the error.
  request.on("error", () => {});
  return response;
}

function redirected(from: URL, location: string, options: RequestOptions): [URL, RequestOptions] {
  if (!URL.canParse(location, from.href)) throw new Error(`a redirect to ${JSON.stringify(location.slice(0, 100))}, which is not a URL`);
  const to = new URL(location, from.href);
  if (!/^https?:$/.test(to.protocol)) throw new Error(`a redirect to ${to.protocol}`);
  if (to.origin === from.origin) return [to, options];
  const { authorization: _, ...headers } = options.headers;
  return [to, { ...options, headers }];
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of decoded(response)) {
    chunks.push(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB`);
  }
  return Buffer.concat(chunks, bytes);
}

function decoded(response: IncomingMessage): Readable {
  const decoders = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity") return response;
  if (!Object.hasOwn(decoders, encoding)) throw new Error(`an answer with the encoding ${encoding.slice(0, 40)}`);
  const decoder = decoders[encoding as keyof typeof decoders]();
  response.once("error", (error) => decoder.destroy(error));
  return response.pipe(decoder);
}
