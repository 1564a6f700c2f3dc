/** One call, as both faces hand it in. */
export interface Call {
  readonly method: string;
  /** Below the API's base, such as `/projects/x/branches`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text where `headers` say so; undefined sends nothing. */
  readonly body?: unknown;
}

/** What the caller sees: a reply, or a connection that breaks. */
export type Outcome = Reply | "dropped";

export interface Refused extends Error {
  readonly status: number;
  readonly code: string;
}

/** A refusal in Neon's flat shape, to be thrown; `code` is mostly empty there too. */
export function refused(status: number, message: string, code = ""): Refused {
  return Object.assign(new Error(message), { status, code });
}

export function isRefused(thrown: unknown): thrown is Refused {
  return thrown instanceof Error && "status" in thrown && "code" in thrown && typeof thrown.status === "number";
}
