import type { Extension } from "../../catalog/extensions.ts";
import type { ExtensionRule } from "../spec/spec.ts";
import type { Check } from "./rule.ts";
import { compareSection, type Property } from "./section.ts";

const properties: readonly Property<ExtensionRule, Extension>[] = [
  { name: "version", wanted: (rule) => rule.version, actual: (extension) => extension.version },
  { name: "schema", wanted: (rule) => rule.schema, actual: (extension) => extension.schema },
];

export const extensions: Check = ({ spec, catalog }) =>
  spec === undefined
    ? []
    : compareSection({
        kind: "extension",
        file: spec.file,
        within: "",
        mode: "at least",
        owner: { line: 1 },
        rules: spec.extensions,
        objects: catalog.extensions,
        properties,
      });
