import { expect, test } from "vitest";
import type { FactKind } from "../../../../../src/providers/local/server-state/facts.ts";
import { isChangedBy, isCreatedBy, mentionsServer } from "../../../../../src/providers/local/server-state/mentioned.ts";

const created = (kind: FactKind, name: string, text: string): boolean => isCreatedBy({ kind, names: [name] }, [text]);
const changed = (kind: FactKind, names: readonly string[], text: string): boolean => isChangedBy({ kind, names }, [text], "postgres");

test("finds the statements that change the whole server, also in another language", () => {
  for (const text of [
    "CREATE ROLE app",
    "create user app",
    `op.execute("alter role app set search_path = x")`,
    "grant a, b to c",
    "alter system set work_mem = '1MB'",
    "grant connect on database postgres to app",
    "select pg_create_logical_replication_slot('s', 'pgoutput')",
  ]) {
    expect([text, mentionsServer([text])]).toEqual([text, true]);
  }
  for (const text of [
    "create table role (id int)",
    "grant select on t to app",
    "create user mapping for app server s",
    "alter table a rename to b",
  ]) {
    expect([text, mentionsServer([text])]).toEqual([text, false]);
  }
});

test("takes only an object for created here that the text creates by its name", () => {
  expect(created("role", "app", "create role app login")).toBe(true);
  expect(created("role", "App", 'create role "App"')).toBe(true);
  expect(created("role", "app", "do $$ begin execute format('create role %I', 'app'); end $$")).toBe(true);
  expect(created("role", "app", "create role app_reader; create table app (id int)")).toBe(false);
  expect(created("role", "other", "create role app; create table other (id int)")).toBe(false);
  expect(created("database", "app", "create table app (id int); create database apps")).toBe(false);
  expect(created("slot", "app", "select pg_create_physical_replication_slot('app')")).toBe(true);
});

test("takes only a change for its own that the text makes with these names", () => {
  expect(changed("setting", ["app"], "alter role app set work_mem = '1MB'")).toBe(true);
  expect(changed("setting", ["postgres"], "alter role current_user set work_mem = '1MB'")).toBe(true);
  expect(changed("setting", ["app"], "alter role other set work_mem = '1MB'; create table apps ()")).toBe(false);
  expect(changed("member", ["readers", "app"], "grant readers to app")).toBe(true);
  expect(changed("member", ["readers", "other"], "grant readers to app")).toBe(false);
  expect(changed("right", ["app", "postgres"], "grant select on app to postgres")).toBe(false);
});
