import type { Context } from "../../context/context.ts";
import { describeSchemaChanges, type SchemaDiff } from "../../drift/diff/schema-diff.ts";

/** Emits what the migrations change, for the page of the job and of the pull request. */
export async function emitSchemaDiff(
  { emit }: Context,
  found: Pick<SchemaDiff, "changes" | "before" | "after" | "warnings">,
): Promise<void> {
  const text = describeSchemaChanges(found.changes);
  const result = { kind: "result", topic: "schema" } as const;
  if (found.changes.length === 0) return emit({ ...result, weight: "none", text, markdown: "" });
  const { renderSchemaDiff, schemaChangesMarkdown } = await import("../../drift/diff/renderers.ts");
  emit({ ...result, weight: "some", text, markdown: schemaChangesMarkdown(found.changes, 20_000) });
  const markdown = renderSchemaDiff({ version: 1, command: "diff", ...found }, "markdown");
  emit({ kind: "findings", topic: "schema", markdown, annotations: [] });
}
