import type { Finding, Severity } from "../finding.ts";
import { type FindingSource, kindOf, messageFor } from "../kind.ts";
import type { Renderer, ReportOptions } from "./options.ts";
import { keysOf, placeOf } from "./place.ts";

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/**
 * SARIF 2.1.0 for code scanning (OASIS, "Static Analysis Results Interchange Format"; GitHub documentation, "SARIF
 * support for code scanning", which shows only results with a file). The object is a logical location.
 */
export const renderSarif: Renderer = (findings, source, options = {}) => {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  const keys = keysOf(findings);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "offshoot", rules: codes.map((code) => ruleOf(code, source)) } },
        // Keeps the results of several tools or several offshoot commands on one commit apart.
        automationDetails: { id: `offshoot/${source.command.replaceAll(" ", "/")}/` },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "The top of the repository." } } },
        results: findings.map((finding, index) => ({
          ruleIndex: codes.indexOf(finding.code),
          ...resultOf(finding, source, options),
          // GitHub uses only `primaryLocationLineHash`. Without it the upload computes one from the text of the line, and
          // all findings that share a line become one alert.
          partialFingerprints: { "offshoot/v1": keys[index], primaryLocationLineHash: keys[index] },
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
};

function ruleOf(code: string, source: FindingSource): unknown {
  const { title, page, severity } = kindOf({ code }, source);
  return {
    id: code,
    shortDescription: { text: `${title}.` },
    // GitHub requires all three texts.
    fullDescription: { text: `${title}. See ${page} in the package offshoot.` },
    help: { text: `See ${page} in the package offshoot: what it means and how to fix it.` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: [source.subject] },
  };
}

function resultOf(finding: Finding, source: FindingSource, options: ReportOptions): object {
  const { code, severity, object, reason } = finding;
  const { problem, details, remedy } = messageFor(finding, source);
  const { file, line } = placeOf(finding, source, options);
  const lines = [`${object.name}: ${problem}`, ...details, `To do: ${remedy}`, ...(reason === undefined ? [] : [`Reason: ${reason}`])];
  return {
    ruleId: code,
    level: LEVELS[severity],
    message: { text: lines.join("\n") },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file), uriBaseId: "%SRCROOT%" }, region: { startLine: line } },
        logicalLocations: [{ fullyQualifiedName: object.name, kind: object.kind }],
      },
    ],
  };
}

/** A path as a relative URI. `?` and `#` would start a query and a fragment. */
function uriOf(path: string): string {
  return encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23");
}
