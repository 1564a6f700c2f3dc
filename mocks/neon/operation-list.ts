import { pageLength, readCursor, writeCursor } from "./branch/list.ts";
import { operationJson } from "./json.ts";
import type { Neon } from "./neon.ts";
import { type Reply, refused } from "./reply.ts";
import type { Project } from "./state.ts";

/** `GET …/operations`: newest first. The cursor of the next page is in `pagination.cursor`. */
export function listOperations(neon: Neon, project: Project, query: URLSearchParams): Reply {
  const all = [...neon.state.operations.values()].filter((operation) => operation.projectId === project.id).toReversed();
  const after = readCursor(query.get("cursor"));
  const rest = after === undefined ? all : all.slice(all.findIndex((operation) => operation.id === after) + 1);
  const page = rest.slice(0, pageLength(neon, query, 1_000));
  const last = page.at(-1);
  return {
    status: 200,
    body: {
      operations: page.map((operation) => operationJson(neon, operation)),
      ...(last !== undefined && rest.length > page.length ? { pagination: { cursor: writeCursor(last.id) } } : {}),
    },
  };
}

export function getOperation(neon: Neon, project: Project, id: string): Reply {
  const operation = neon.state.operations.get(id);
  if (operation === undefined || operation.projectId !== project.id) throw refused(404, "operation not found");
  return { status: 200, body: { operation: operationJson(neon, operation) } };
}
