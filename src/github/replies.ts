import * as z from "zod";
import { formatDuration } from "../duration.ts";
import { codeOf, messageOf } from "../errors.ts";
import { MIB } from "../read-file.ts";

/** The parts of GitHub's replies that offshoot reads (REST API, "Pulls" and "Issue comments"). */
const id = z.number().int().positive();

export const PULL_REQUEST = z.object({ number: id });

export const COMMENT = z.object({
  id,
  body: z.string().nullish(),
  user: z.object({ type: z.string().optional() }).nullish(),
});

export const CREATED_COMMENT = z.object({ id });

/** A page of 100 comments of 65,536 characters, each with up to 4 bytes, has 25 MiB. The limit counts after decompression. */
const MOST_BYTES = 32 * MIB;

/** An error status from GitHub. The call can be repeated after 5xx and 429. */
export interface GitHubFailure extends Error {
  readonly status: number;
}

/** The code of the error for a call that got no complete reply. */
const NO_REPLY = "ERR_NO_REPLY";

/** Whether an error is an error status from GitHub. */
export function isGitHubFailure(thrown: unknown): thrown is GitHubFailure {
  return thrown instanceof Error && typeof (thrown as Partial<GitHubFailure>).status === "number";
}

/** Whether the same call can succeed a moment later. */
export function isTemporaryFailure(thrown: unknown): boolean {
  return isGitHubFailure(thrown) ? thrown.status >= 500 || thrown.status === 429 : codeOf(thrown) === NO_REPLY;
}

/** The body of a reply. Throws a `GitHubFailure`, or an error for a body that is too large. */
export async function readReply(response: Response): Promise<string> {
  if (!response.ok) {
    await response.body?.cancel();
    throw Object.assign(new Error(`GitHub answered ${response.status}`), { status: response.status });
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    // Leaving the loop cancels the rest of the body.
    if (total > MOST_BYTES) throw new Error(`GitHub's reply is larger than ${MOST_BYTES / MIB} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The reply, if it is JSON of this form. Throws an error that names the first wrong field. */
export function checkReply<Reply extends z.ZodType>(text: string, reply: Reply): z.output<Reply> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error("GitHub's reply is not JSON");
  }
  const checked = reply.safeParse(data);
  if (checked.success) return checked.data;
  const field = checked.error.issues[0]?.path.slice(0, 6).map(String).join(".").slice(0, 80) ?? "";
  throw new Error(`The reply is not what GitHub's API sends${field === "" ? "" : ` (wrong field: ${field})`}`);
}

/** What a failed call throws. `timeoutMs`: the time limit, when it has passed. */
export function gitHubError(thrown: unknown, timeoutMs: number | undefined): unknown {
  if (timeoutMs !== undefined) return noReply(`GitHub sent no complete reply within ${formatDuration(timeoutMs)}`, thrown);
  // `fetch` throws a TypeError for a failure of the network, with the failure as its cause.
  if (!(thrown instanceof TypeError)) return thrown;
  const cause = thrown.cause instanceof Error ? (codeOf(thrown.cause) ?? messageOf(thrown.cause)) : thrown.message;
  return noReply(`GitHub sent no complete reply (${cause})`, thrown);
}

function noReply(message: string, cause: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: NO_REPLY });
}
