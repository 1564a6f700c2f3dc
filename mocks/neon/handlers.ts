import { http, HttpResponse, type HttpHandler } from "msw";
import { answer } from "./api.ts";
import type { Neon } from "./neon.ts";
import type { Outcome } from "./reply.ts";
import { parseBody } from "./serve.ts";

export interface HandlerOptions {
  /** Default: Neon's own address. */
  readonly baseUrl?: string;
}

/** Serves the mock inside the process of the test, through msw. A dropped reply is a network error. */
export function neonHandlers(neon: Neon, options: HandlerOptions = {}): HttpHandler[] {
  const base = options.baseUrl ?? "https://console.neon.tech/api/v2";
  const { pathname } = new URL(base);
  const all = http.all(`${base}/*`, async ({ request }) => {
    const url = new URL(request.url);
    return response(
      await answer(neon, {
        method: request.method,
        path: url.pathname.slice(pathname.replace(/\/$/, "").length),
        query: url.searchParams,
        headers: Object.fromEntries(request.headers),
        body: parseBody(await request.text()),
      }),
    );
  });
  return [all];
}

function response(outcome: Outcome): Response {
  if (outcome === "dropped") return HttpResponse.error();
  const { status, headers = {}, body } = outcome;
  if (body === undefined) return new HttpResponse(null, { status, headers });
  return typeof body === "string" ? HttpResponse.text(body, { status, headers }) : HttpResponse.json(body, { status, headers });
}
