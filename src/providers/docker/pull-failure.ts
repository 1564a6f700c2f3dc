/** Output of Docker 20 to 28 and Podman 4 and 5, and what it means. The first pattern that matches decides. */
const REASONS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/toomanyrequests|too many requests/i, () => "its registry allows no more pulls for now (toomanyrequests)"],
  [/x509:|certificate (signed by unknown|is not trusted)/i, () => "the certificate of its registry is not trusted"],
  [/no matching manifest|no image found in (manifest|image index)/i, () => "its registry does not have it for this kind of machine"],
  [/invalid reference format|invalid image name/i, () => "its name is not valid"],
  [
    /manifest unknown|manifest for .* not found|repository does not exist|pull access denied|name unknown|unauthorized|authentication required|denied: /i,
    () => "its registry does not have it, or requires a login",
  ],
  [/no space left on device|disk quota exceeded/i, () => "the disk of the Docker engine is full"],
  [
    /no such host|i\/o timeout|connection refused|connection reset|network is unreachable|no route to host|TLS handshake timeout|deadline exceeded|Client\.Timeout|server misbehaving|proxyconnect|\bEOF$/im,
    (match) => `${registryIn(match.input)} was not reached`,
  ],
];

/** Longer words of a tool are cut: they are shown whole with `--verbose`. */
const MOST = 120;

/** Why an image could not be pulled, as the end of a sentence: a few words in place of the tool's own output. */
export function pullReason(output: string): string {
  for (const [pattern, reason] of REASONS) {
    const match = pattern.exec(output);
    if (match !== null) return reason(match);
  }
  const [line = ""] = output.trim().split("\n");
  const own = line.replace(/^(docker: )?(Error response from daemon: |Error: )/, "");
  return `it could not be pulled: ${own.length > MOST ? `${own.slice(0, MOST)}…` : own}`;
}

/** The registry's host, where the output has its address. */
function registryIn(output: string): string {
  const host = /https?:\/\/([\w.-]+(?::\d+)?)\//.exec(output)?.[1];
  return host === undefined ? "its registry" : `its registry ${host}`;
}
