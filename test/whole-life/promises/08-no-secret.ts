import { type Check, verdict } from "../outcome.ts";

/** A shorter text would be found by chance. */
const SHORTEST = 8;

/** No secret shown: no output has a key or a password, in any of five encodings. `env` must print the URL on stdout. */
export const noSecret: Check = ({ ends, cleaning, secrets }) => {
  const forms = secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf);
  return verdict(
    [...ends, ...cleaning].map(({ name, plan, stdout, stderr }) => {
      const shown = plan.kind === "env" ? stderr : stdout + stderr;
      const found = forms.find(({ text }) => shown.includes(text));
      return found === undefined ? undefined : `the output of ${name} shows a secret (${found.as})`;
    }),
  );
};

interface Form {
  readonly as: string;
  readonly text: string;
}

/** In base64, the text depends on where in a group of three bytes the secret starts. */
function formsOf(secret: string): readonly Form[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from("\0".repeat(offset) + secret)
      .toString("base64")
      .slice(offset === 0 ? 0 : 4, -4),
  );
  return [
    { as: "plain", text: secret },
    { as: "in a URL", text: encodeURIComponent(secret) },
    { as: "in JSON", text: JSON.stringify(secret).slice(1, -1) },
    { as: "in hex", text: Buffer.from(secret).toString("hex") },
    ...base64.filter((text) => text.length >= SHORTEST).map((text) => ({ as: "in base64", text })),
  ];
}
