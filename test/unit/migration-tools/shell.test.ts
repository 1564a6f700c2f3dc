import { expect, test } from "vitest";
import { goUrl } from "../../../src/migration-tools/shell.ts";

test("the URL for a Go program disables TLS for a local server, and is not changed otherwise", () => {
  expect(goUrl("postgresql://u:p@127.0.0.1:5432/d")).toBe("postgresql://u:p@127.0.0.1:5432/d?sslmode=disable");
  expect(goUrl("postgresql://u:p@127.0.0.1:5432/d?sslmode=require")).toBe("postgresql://u:p@127.0.0.1:5432/d?sslmode=require");
  expect(goUrl("postgresql://u:p@db.example.org/d")).toBe("postgresql://u:p@db.example.org/d");
});
