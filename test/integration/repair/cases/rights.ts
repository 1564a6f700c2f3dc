import type { Cases } from "./case.ts";

const ALTER = "alter default privileges";

export const RIGHT_CASES: Cases = {
  "the default rights of the owner on tables are reduced": [
    `create table t (); ${ALTER} revoke delete, truncate on tables from current_user`,
    "create table t ()",
  ],
  "the default rights of the owner in an empty database are reduced": [`${ALTER} revoke delete on tables from current_user`, "select"],
  "the default rights of the owner on tables are restored": [
    "create table t ()",
    `create table t (); ${ALTER} revoke all on tables from current_user`,
  ],
  "the default rights of the owner on functions are revoked": [`${ALTER} revoke execute on functions from public, current_user`, "select"],
  "the default rights of the owner on sequences, types and schemas are reduced": [
    `${ALTER} revoke usage on sequences from current_user; ${ALTER} revoke all on types from current_user; ${ALTER} revoke create on schemas from current_user`,
    "select",
  ],
  "other default rights of the owner are reduced": [
    `create table t (); ${ALTER} revoke delete, insert on tables from current_user; ${ALTER} grant select on tables to public`,
    `create table t (); ${ALTER} revoke update on tables from current_user`,
  ],
  "the owner gets a default right in one schema": [
    `create schema s; ${ALTER} in schema s grant delete on tables to current_user`,
    "create schema s",
  ],
  "the owner may pass on a default right": [
    `create table t (); ${ALTER} grant select on tables to current_user with grant option`,
    "create table t ()",
  ],
};
