import { SEVERITY, type Finding, type FindingCode, type Severity } from "../finding.ts";
import { messageFor } from "../message.ts";
import { pageOf } from "../page.ts";
import { TITLES } from "../../audit/messages/titles.ts";
import { keysOf, placeOf } from "./place.ts";
import type { Report, ReportOptions } from "./report.ts";

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/**
 * SARIF 2.1.0 for code scanning (OASIS, "Static Analysis Results Interchange Format"; GitHub documentation, "SARIF
 * support for code scanning", which shows results with a file only). The object in the database is a logical location.
 */
export const sarif: Report = (findings, options = {}) => {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  const keys = keysOf(findings);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "offshoot", rules: codes.map(rule) } },
        // Several tools, or several audits, of one commit are told apart by it.
        automationDetails: { id: "offshoot/audit/" },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { "%SRCROOT%": { description: { text: "The top of the repository." } } },
        results: findings.map((finding, at) => result(finding, codes.indexOf(finding.code), keys[at] ?? "", options)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
};

function rule(code: FindingCode): unknown {
  return {
    id: code,
    shortDescription: { text: `${TITLES[code]}.` },
    // GitHub requires all three texts.
    fullDescription: { text: `${TITLES[code]}: ${pageOf(code)} of the package offshoot has an example and the fix.` },
    help: { text: `${pageOf(code)} of the package offshoot tells what it means and how to fix it.` },
    defaultConfiguration: { level: LEVELS[SEVERITY[code]] },
    properties: { tags: ["database", "schema"] },
  };
}

function result(finding: Finding, ruleIndex: number, key: string, options: ReportOptions): unknown {
  const { code, severity, object, reason } = finding;
  const { problem, details, remedy } = messageFor(finding);
  const { file, line } = placeOf(finding, options);
  const lines = [`${object.name}: ${problem}`, ...details, `To do: ${remedy}`, ...(reason === undefined ? [] : [`Reason: ${reason}`])];
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: lines.join("\n") },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file), uriBaseId: "%SRCROOT%" }, region: { startLine: line } },
        logicalLocations: [{ fullyQualifiedName: object.name, kind: object.kind }],
      },
    ],
    // The second is the only one that GitHub goes by. Where it is missing, the upload takes the text of the line for it,
    // and the findings that no rule asked for, which all stand on one line, would be one alert.
    partialFingerprints: { "offshoot/v1": key, primaryLocationLineHash: key },
  };
}

/** A path as a relative reference, in which these two would begin a query and a fragment. */
function uriOf(path: string): string {
  return encodeURI(path).replaceAll("?", "%3F").replaceAll("#", "%23");
}
