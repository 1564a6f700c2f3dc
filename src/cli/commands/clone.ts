import { clone, dropClone } from "../../commands/clone.ts";
import { OffshootError } from "../../errors.ts";
import { variablesOfUrl } from "../../providers/variables.ts";
import type { Execute } from "../invocation.ts";

export const execute: Execute = async (invocation, flags, [name]) => {
  if (flags["delete"] === true) {
    if (name === undefined) throw new OffshootError("USAGE", "No clone was named.", { remedy: "Write: npx offshoot clone --delete NAME" });
    const outcome = await dropClone({ ...invocation.options, name, force: flags["force"] === true });
    invocation.print({ version: 1, name, outcome }, () => [`${outcome}  ${name}`]);
    return;
  }
  if (flags["force"] === true)
    throw new OffshootError("USAGE", "--force has no effect without --delete.", {
      remedy: "Write: npx offshoot clone --delete NAME --force",
    });
  const made = await clone({ ...invocation.options, name });
  const { url, directUrl, expiresAt } = made;
  // The URL is what this command is for, so its password is not hidden, as in `env`.
  const variables = variablesOfUrl(url, directUrl);
  const shown = { version: 1, name: made.name, url, directUrl, expiresAt: expiresAt.toISOString(), variables };
  invocation.write(invocation.json ? `${JSON.stringify(shown)}\n` : `${url}\n`);
};
