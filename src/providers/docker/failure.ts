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

/** Why the engine cannot be used at all. Undefined when the output reports another failure. */
export function engineRefusal(output: string): Refusal | undefined {
  const failure = failureOf(output);
  if (failure === "no-docker") return refusal(failure, "Neither docker nor podman is installed.", "Install Docker or Podman.");
  if (failure === "no-permission") {
    const remedy = "Add the user to the group `docker`, or use rootless Docker.";
    return refusal(failure, "This user has no permission to use the Docker engine.", remedy);
  }
  if (failure !== "no-daemon") return undefined;
  const remedy = "Start the Docker engine, or correct DOCKER_HOST or the Docker context.";
  return refusal(failure, `The Docker engine did not answer: ${brief(output)}`, remedy);
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
export function imageRefusal(image: string, isChosen: boolean, output: string): Refusal {
  const text = `The image ${image} is not on this machine, and ${pullReason(output)}.`;
  const isMistake = isChosen && failureOf(output) === "unknown-image";
  const remedy = isMistake
    ? "Correct the setting docker.image."
    : `Run \`${shellCommand(["docker", "pull", image])}\` on a machine with access to the registry, or set docker.image to an image that you have.`;
  return { ...refusal("no-image", text, remedy), mayFallBack: !isMistake };
}

export function refusal(code: string, text: string, remedy: string): Refusal {
  return { kind: "refusal", provider: "docker", code, text, remedy, mayFallBack: true };
}

/** The error in the tool's output, as one line. */
export function brief(output: string): string {
  return lastErrors(output).replace(/^(docker: )?(Error response from daemon: |Error: )/, "");
}
