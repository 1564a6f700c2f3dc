import { catalogs } from "./targets/catalog.ts";
import { ci } from "./targets/ci.ts";
import { configuration } from "./targets/configuration.ts";
import { markers } from "./targets/markers.ts";
import { metrics } from "./targets/metrics.ts";
import { neonReplies, otherReplies } from "./targets/replies.ts";
import { spec } from "./targets/spec.ts";
import { urls } from "./targets/urls.ts";
import { workflows } from "./targets/workflows.ts";
import type { Target } from "./target.ts";

export const TARGETS: readonly Target[] = [configuration, spec, neonReplies, otherReplies, markers, workflows, metrics, urls, ci, catalogs];
