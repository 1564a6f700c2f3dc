import { refused } from "./reply.ts";
import { ACCOUNT_ROUTES } from "./routes/account.ts";
import { BRANCH_ROUTES } from "./routes/branch.ts";
import { documentedOperations } from "./routes/documented.ts";
import type { Handler, Params, Routes } from "./routes/handler.ts";
import { PROJECT_ROUTES } from "./routes/project.ts";

/** The routes that the mock serves, by method and path of the specification. */
export const ROUTES: Routes = { ...ACCOUNT_ROUTES, ...PROJECT_ROUTES, ...BRANCH_ROUTES };

/** What Neon documents and the mock does not do. */
const notServed: Handler = (_neon, { method, path }) => {
  throw refused(501, `the Neon mock does not serve ${method} ${path}, which Neon documents`);
};

interface Found {
  /** Method and path with names in place of ids. */
  readonly route: string;
  readonly handler: Handler;
  readonly params: Params;
}

/**
 * The route of a call; undefined if nobody knows it. A fixed segment comes before a parameter, so that `/projects/shared`
 * is not a project, and `branches/count` is not a branch. This holds for routes too that are only documented.
 */
export function findRoute(method: string, path: string): Found | undefined {
  const segments = path.split("/");
  const match = TABLE.find(
    (entry) =>
      entry.method === method &&
      entry.segments.length === segments.length &&
      entry.segments.every((segment, index) => isParameter(segment) || segment === segments[index]),
  );
  if (match === undefined) return undefined;
  const values = match.segments.flatMap((segment, index) =>
    isParameter(segment) ? [[segment.slice(1, -1), decoded(segments[index] ?? "")] as const] : [],
  );
  return { route: match.route, handler: match.handler, params: Object.fromEntries(values) };
}

const TABLE = [...new Set([...Object.keys(ROUTES), ...documentedOperations()])]
  .map((key) => {
    const [method = "", route = ""] = key.split(" ");
    return { method, route, handler: ROUTES[key] ?? notServed, segments: route.split("/") };
  })
  .toSorted((left, right) => rank(left.segments).localeCompare(rank(right.segments)));

/** Sorts fixed segments before parameters, from the left. */
function rank(segments: readonly string[]): string {
  return segments.map((segment) => (isParameter(segment) ? "1" : "0")).join("");
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

/** A text that is not valid percent-encoding cannot be the id of anything, and is compared as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
