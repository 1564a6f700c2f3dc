import * as z from "zod";

/**
 * What Neon's replies must contain (specification, `public-v2-for-users`), reduced to the fields that offshoot reads. Other
 * fields and unknown states are accepted, because Neon adds them. A field that the specification lists as optional can also
 * be null.
 */

const id = z.string().min(1).max(256);
const name = z.string().max(1024);
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "must be a time");
const uri = z.string().refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol), "must be a Postgres URI");

/** Neon's own limit for the size of a page of branches is 10,000. */
const MOST_ENTRIES = 100_000;
const listOf = <Item extends z.ZodType>(item: Item): z.ZodArray<Item> => z.array(item).max(MOST_ENTRIES);

/** An optional field: missing and null are both undefined. */
function optional<Value extends z.ZodType>(value: Value) {
  return value.nullish().transform((given) => given ?? undefined);
}

const branch = z.object({
  id,
  name,
  parent_id: optional(z.string()),
  current_state: z.string(),
  pending_state: optional(z.string()),
  default: z.boolean(),
  protected: z.boolean(),
  created_at: time,
  created_by: optional(z.object({ name: optional(z.string()) })),
  creation_source: optional(z.string()),
  expires_at: optional(time),
  logical_size: optional(z.number()),
  last_reset_at: optional(time),
  restored_from: optional(z.string()),
  restricted_actions: optional(listOf(z.object({ name: z.string() }))),
  recovery: optional(z.object({ deleted_at: time })),
});

/** The fields of Neon's `Branch` that offshoot reads. */
export type BranchReply = z.output<typeof branch>;

const operation = z.object({ id, action: z.string(), status: z.string(), error: optional(z.string()), retry_at: optional(z.string()) });

const database = z.object({ name, owner_name: name });
const role = z.object({ name });

const createdBranch = z.object({
  branch,
  operations: listOf(operation),
  connection_uris: optional(
    listOf(
      z.object({
        connection_uri: uri,
        connection_parameters: z.object({ database: name, role: name, pooler_host: optional(z.string()) }),
      }),
    ),
  ),
  databases: listOf(database),
  roles: listOf(role),
  endpoints: listOf(
    z.object({
      hosts: z
        .object({ read_write_pooled_host: optional(z.string()) })
        .optional()
        .catch(undefined),
    }),
  ),
});

const snapshot = z.object({
  id,
  name,
  source_branch_id: optional(z.string()),
  created_at: time,
  expires_at: optional(time),
  full_size: optional(z.number()),
});

/** The fields of Neon's `Snapshot` that offshoot reads. */
export type SnapshotReply = z.output<typeof snapshot>;

const project = z.object({
  id,
  name,
  pg_version: z.number(),
  store_passwords: optional(z.boolean()),
  history_retention_seconds: optional(z.number()),
  owner: optional(z.object({ branches_limit: optional(z.number()), subscription_type: optional(z.string()) })),
  settings: optional(
    z.object({
      allowed_ips: optional(z.object({ ips: optional(listOf(z.string())), protected_branches_only: optional(z.boolean()) })),
      block_public_connections: optional(z.boolean()),
    }),
  ),
});

/** The fields of Neon's `Project` that offshoot reads. */
export type ProjectReply = z.output<typeof project>;

/** The replies of the calls, by the name of the call in `NeonApi`. */
const REPLIES = {
  createBranch: createdBranch,
  branch: z.object({ branch, annotation: optional(z.object({ value: z.unknown() })) }),
  branches: z.object({
    branches: listOf(branch),
    // The value of an annotation is checked as an owner tag: what others write there is no fault of Neon.
    annotations: z.record(z.string(), z.object({ value: z.unknown() })),
    pagination: optional(z.object({ next: optional(z.string()) })),
  }),
  // A reply with status 204 has no body.
  deleteBranch: z.union([z.literal(""), z.object({ branch: z.object({ id }) }), z.undefined(), z.null()]),
  updateBranch: z.object({ branch }),
  restoreBranch: z.object({ branch, operations: listOf(operation) }),
  snapshots: z.object({ snapshots: listOf(snapshot) }),
  createSnapshot: z.object({ snapshot, operations: listOf(operation) }),
  // The reply has the operation that deletes it, which offshoot does not wait for.
  deleteSnapshot: z.unknown(),
  restoreSnapshot: z.object({ branch, operations: listOf(operation) }),
  endpoints: z.object({
    endpoints: listOf(z.object({ branch_id: id, type: z.string(), current_state: optional(z.string()), last_active: optional(time) })),
  }),
  createEndpoint: z.object({ operations: listOf(operation) }),
  databases: z.object({ databases: listOf(database) }),
  roles: z.object({ roles: listOf(role) }),
  connectionUri: z.object({ uri }),
  operation: z.object({ operation }),
  maskingRules: z.object({
    masking_rules: listOf(
      z.object({
        database_name: name,
        schema_name: name,
        table_name: name,
        column_name: name,
        masking_function: optional(z.string()),
        masking_value: optional(z.string()),
      }),
    ),
  }),
  auth: z.object({ base_url: optional(z.string().max(2048)) }),
  dataApi: z.object({ url: optional(z.string().max(2048)) }),
  anonymizedState: z.object({ state: z.string() }),
  project: z.object({ project }),
  projects: z.object({ projects: listOf(z.object({ id, name })) }),
} as const;

/** The checked replies. */
export type Replies = { readonly [Name in keyof typeof REPLIES]: z.output<(typeof REPLIES)[Name]> };

/** The code of the error for a reply that is not what Neon's API sends. Neon may have executed the request. */
export const WRONG_REPLY = "ERR_WRONG_REPLY";

/** The reply, if it has the form that the call requires. Throws an error with the code `ERR_WRONG_REPLY`, which names the first wrong field. */
export function checkReply<Name extends keyof Replies>(
  call: Name,
  { data, headers }: { readonly data: unknown; readonly headers?: unknown },
): Replies[Name] {
  const checked = REPLIES[call].safeParse(data);
  if (checked.success) return checked.data as Replies[Name];
  const [issue] = checked.error.issues;
  const field = issue?.path.slice(0, 6).map(String).join(".").slice(0, 80) ?? "";
  const what = typeof data === "string" ? "the reply is not JSON" : "the reply is not what Neon's API sends";
  const wrong = typeof data === "string" || field === "" ? "" : ` (wrong field: ${field})`;
  throw Object.assign(new Error(what + wrong), { code: WRONG_REPLY, headers });
}
