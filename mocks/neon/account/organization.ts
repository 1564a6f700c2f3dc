/** The organization that the account belongs to. */
export const ORGANIZATION = {
  id: "org-mock-field-10000001",
  name: "Mock Organization",
  handle: "mock",
  plan: "scale",
  managed_by: "console",
};

/** The id of the account's only person. */
export const USER_ID = "6a1d2c3e-0000-4000-a000-000000000001";
