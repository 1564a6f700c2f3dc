import { expect, test } from "vitest";
import { existsOnServer } from "../../../src/postgres/server-wide.ts";

const of = (sqlstate: string, message: string): boolean => existsOnServer({ sqlstate, message }) !== undefined;

test("explains only an object that belongs to the whole server", () => {
  expect(of("42710", 'role "app" already exists')).toBe(true);
  expect(of("42P04", 'database "x" already exists')).toBe(true);
  expect(of("23505", 'duplicate key value violates unique constraint "pg_authid_rolname_index"')).toBe(true);
  expect(of("42710", 'type "mood" already exists')).toBe(false);
  expect(of("23505", 'duplicate key value violates unique constraint "person_pkey"')).toBe(false);
  expect(existsOnServer(undefined)).toBeUndefined();
});
