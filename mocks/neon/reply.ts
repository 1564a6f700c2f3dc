/** One call, as both servers (HTTP and msw) pass it on. */
export interface Call {
  readonly method: string;
  /** Below the API's base, such as `/projects/x/branches`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; undefined if the body is empty. */
  readonly body: unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON or text; undefined: no body. */
  readonly body?: unknown;
}

/** What the caller receives: a reply or a broken connection. */
export type Outcome = Reply | "dropped";

export interface Refused extends Error {
  readonly status: number;
  readonly code: string;
}

/** A refusal to throw, in Neon's flat form. Neon's `code` is usually empty too. */
export function refused(status: number, message: string, code = ""): Refused {
  return Object.assign(new Error(message), { status, code });
}

export function isRefused(thrown: unknown): thrown is Refused {
  return thrown instanceof Error && "status" in thrown && "code" in thrown && typeof thrown.status === "number";
}
