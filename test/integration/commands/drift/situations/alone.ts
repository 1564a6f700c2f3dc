import type { Situations } from "./situation.ts";

const READER = "do $$ begin create role situations_reader; exception when duplicate_object then null; end $$";

/** They change the whole database. */
export const ALONE_SITUATIONS: Situations = {
  "an extension moves to another schema under a column and an index": [
    "create schema later; create extension citext schema later; create table m (nr int primary key, mail later.citext); create unique index m_mail on m (mail)",
    "create schema early; create extension citext schema early; create table m (nr int primary key, mail early.citext); create unique index m_mail on m (mail); insert into m values (1, 'A@b')",
  ],
  "an extension and its comment are extra": [
    "create table m (nr int)",
    "create extension hstore; comment on extension hstore is 'pairs'; create table m (nr int)",
  ],
  "the default rights of the owner are reduced": ["alter default privileges revoke delete, truncate on tables from current_user", "select"],
  "rights on objects and default rights differ": [
    `${READER}; create view a as select 2 as n; create function c() returns void language plpgsql as $$ begin perform 2; end $$; revoke execute on function c() from public;
     create domain positive as int check (value > 0); revoke usage on domain positive from public; create type mood as enum ('a', 'b'); revoke usage on type mood from public; grant usage on type mood to situations_reader with grant option;
     create table tt (nr int primary key, s text); grant select (s), update (s) on tt to situations_reader;
     alter default privileges revoke execute on functions from public; alter default privileges in schema nr_0 grant select on tables to situations_reader; alter default privileges revoke delete on tables from current_user`,
    `${READER}; create view a as select 1 as n; grant select, insert on a to situations_reader; create function c() returns void language plpgsql as $$ begin perform 1; end $$; grant all on function c() to situations_reader;
     create domain positive as int check (value > 0); create type mood as enum ('a', 'b'); create table tt (nr int primary key, s text); grant select on tt to situations_reader`,
  ],
  "the default rights of another role differ": [
    `${READER}; alter default privileges for role situations_reader grant select on tables to public; alter default privileges for role situations_reader revoke usage on types from public`,
    `${READER}; create schema app; alter default privileges for role situations_reader in schema app grant select on tables to public`,
  ],
};
