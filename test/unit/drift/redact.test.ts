import { expect, test } from "vitest";
import type { Change } from "../../../src/drift/change.ts";
import { redactChanges } from "../../../src/drift/redact.ts";

const cleaned = (text: string): string => {
  const change: Change = {
    change: "different",
    kind: "function",
    object: "app.f()",
    detail: text,
    differences: [{ property: "definition", expected: text, actual: undefined }],
    definition: { expected: undefined, actual: text },
  };
  const [{ detail, differences, definition } = change] = redactChanges([change]);
  expect(differences).toEqual([{ property: "definition", expected: detail, actual: undefined }]);
  expect(definition).toEqual({ expected: undefined, actual: detail });
  return detail;
};

test.each([
  ["perform dblink_connect('host=db user=app password=hush');"],
  ["perform dblink_connect('postgresql://app:hush@db/app');"],
  ["x\nperform http_get('https://api', 'Authorization: Bearer hushhushhush');"],
  ["remote {host=db,password=hush}"],
])("the password in %s is redacted", (text) => {
  expect(cleaned(text)).not.toContain("hush");
  expect(cleaned(text)).toContain("***");
});

test.each([
  ["where password = p_password and token = 'x'"],
  ["  password text not null,\n  token uuid"],
  ["raise 'bad password: %', p_name;"],
])("%s is not redacted, because it does not contain a secret", (text) => {
  expect(cleaned(text)).toBe(text);
});
