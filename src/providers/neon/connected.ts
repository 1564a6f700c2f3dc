import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** What Neon's client sends a request with. */
export interface Transport {
  request(options: RequestOptions, handle: (reply: IncomingMessage) => void): ClientRequest;
}

/** The transports of Node.js. Reports when the connection is made, with TLS where it has it: before that nothing of a request was sent. */
export function reportingTransport(onConnected: () => void): Transport {
  return {
    request(options, handle) {
      const request = (options.protocol === "http:" ? http : https).request(options, handle);
      request.once("socket", (socket: Socket) => {
        const isSecure = socket instanceof TLSSocket;
        // Node.js has the property since version 0.11, and no documentation of it. Without it the connection counts as made.
        const isPending = isSecure ? "secureConnecting" in socket && socket.secureConnecting === true : socket.connecting;
        if (isPending) socket.once(isSecure ? "secureConnect" : "connect", onConnected);
        else onConnected();
      });
      return request;
    },
  };
}
