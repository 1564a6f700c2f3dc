import type { NeonChoices } from "../../../../src/providers/neon/options.ts";
import { neonProvider } from "../../../../src/providers/neon/neon.ts";
import { createRateLimiter } from "../../../../src/providers/neon/rate-limit.ts";
import type { Provider } from "../../../../src/providers/provider.ts";
import { CHOICES } from "../../../support/neon-harness.ts";

/** The Neon provider for a mock that listens on `url`, with its own rate limiter. */
export function providerOfMock(
  mock: { readonly url: string; readonly apiKey: string; readonly projectId: string; readonly rootFile?: string | undefined },
  choices: Partial<NeonChoices> = {},
): Provider {
  return neonProvider({
    apiKey: mock.apiKey,
    project: mock.projectId,
    apiHost: mock.url,
    secretsWithheld: false,
    base: false,
    rootFile: mock.rootFile,
    choices: { ...CHOICES, ...choices },
    dependencies: { rate: createRateLimiter() },
  });
}
