import { lastWords } from "../local/cluster/failure.ts";
import type { Refusal } from "../provider.ts";
import { NO_ANSWER } from "./engine.ts";

/** What went wrong, as far as the words of the tool and its engine tell. */
export type Trouble =
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

/** Read from Docker 20 to 28 and Podman 4; the first that fits counts. */
const SIGNS: readonly (readonly [Trouble, RegExp])[] = [
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

export function troubleOf(words: string): Trouble {
  if (words === NO_ANSWER) return "no-daemon";
  return SIGNS.find(([, sign]) => sign.test(words))?.[0] ?? "other";
}

/** Why the engine can't be used at all; undefined where the words are about something else. */
export function engineRefusal(words: string): Refusal | undefined {
  const trouble = troubleOf(words);
  if (trouble === "no-docker") return refusal(trouble, "Neither docker nor podman is installed.", "Install Docker, or Podman.");
  if (trouble === "no-permission") {
    return refusal(trouble, "This user may not use the Docker engine.", "Add the user to the group docker, or use rootless Docker.");
  }
  if (trouble !== "no-daemon") return undefined;
  return refusal(trouble, `The Docker engine doesn't answer: ${brief(words)}`, "Start it, or correct DOCKER_HOST or the Docker context.");
}

/** Why the image can't be had. Nothing was created; a name that nobody knows is a mistake, which no fallback may hide. */
export function imageRefusal(image: string, isChosen: boolean, words: string): Refusal {
  const text = `The image ${image} is not here and can't be pulled: ${brief(words)}`;
  const isMistake = isChosen && troubleOf(words) === "unknown-image";
  return { ...refusal("no-image", text, `Run \`docker pull ${image}\` where there is a network.`), mayFallBack: !isMistake };
}

export function refusal(code: string, text: string, remedy: string): Refusal {
  return { kind: "refusal", provider: "docker", code, text, remedy, mayFallBack: true };
}

/** One line of what the tool said. */
export function brief(words: string): string {
  return lastWords(words).replace(/^(docker: )?(Error response from daemon: |Error: )/, "");
}
