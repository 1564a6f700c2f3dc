import type { Cases } from "./case.ts";

/** The functions of `web` use names of `app` and `lib` without a schema, as migrations with a setting of their own create them. */
const FUNCTIONS = `create schema app; create schema lib; create schema web; set search_path = web, app, lib;
  create function lib.fold(t text) returns text language sql immutable as 'select lower(t)';
  create function app.marked(t text) returns text language sql immutable as 'select t || chr(33)';
  create function web.slug(t text) returns text language sql immutable as 'select marked(fold(t))';
  create function web.slug_later(t text) returns text language plpgsql immutable as 'begin return marked(fold(t)); end';`;
const ROW = "insert into web.t (title) values ('A')";

export const SEARCH_PATH_CASES: Cases = {
  "generated columns call functions with unqualified names": [
    `${FUNCTIONS}create table web.t (title text, a text generated always as (slug(title)) stored, b text generated always as (slug_later(title)) stored)`,
    `${FUNCTIONS}create table web.t (title text); ${ROW}`,
  ],
  "generated columns of a missing table call functions with unqualified names": [
    `${FUNCTIONS}create table web.t (title text, a text generated always as (slug(title)) stored)`,
    FUNCTIONS,
  ],
  "the partition key of a missing table calls a function with unqualified names": [
    `${FUNCTIONS}create table web.t (title text) partition by range (slug(title)); create table web.t1 partition of web.t for values from ('a') to ('c')`,
    FUNCTIONS,
  ],
  "a default calls a function with unqualified names": [
    `${FUNCTIONS}create table web.t (title text, s text default slug_later('x') not null)`,
    `${FUNCTIONS}create table web.t (title text); ${ROW}`,
  ],
  "a check calls a function with unqualified names": [
    `${FUNCTIONS}create table web.t (title text, check (slug(title) <> 'b'))`,
    `${FUNCTIONS}create table web.t (title text); ${ROW}`,
  ],
  "the check of a domain calls a function with unqualified names": [
    `${FUNCTIONS}create domain web.d as text constraint k check (slug_later(value) <> 'b'); create table web.t (title d)`,
    `${FUNCTIONS}create domain web.d as text; create table web.t (title d); ${ROW}`,
  ],
  "a column of a domain with such a check is added": [
    `${FUNCTIONS}create domain web.d as text check (slug(value) <> 'b'); create table web.t (title text, z d default 'q')`,
    `${FUNCTIONS}create table web.t (title text); ${ROW}`,
  ],
  "the function is created in the same repair": [
    `${FUNCTIONS}create table web.t (title text, s text generated always as (slug(title)) stored); create index j on web.t (s); create view web.v as select s from t`,
    `create schema web; create table web.t (title text); ${ROW}`,
  ],
  "a function uses the extension of another schema": [
    `create schema ext; create extension unaccent schema ext; create function f(t text) returns text language plpgsql immutable as 'begin return unaccent(t); end';
     set search_path = public, ext; create table t (a text, b text generated always as (f(a)) stored)`,
    "create schema ext; create extension unaccent schema ext; set search_path = public, ext; create table t (a text); insert into t values ('a')",
  ],
  "a function uses the operator of another schema": [
    `create schema lib; create function lib.same(text, text) returns boolean language sql immutable as 'select lower($1) = lower($2)';
     create operator lib.=~= (leftarg = text, rightarg = text, function = lib.same);
     create function f(t text) returns boolean language plpgsql immutable as 'begin return t =~= ''a''; end'; create table t (a text check (f(a)))`,
    "create schema lib; create table t (a text); insert into t values ('A')",
  ],
};
