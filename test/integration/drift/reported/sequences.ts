import type { Reported } from "../reported.ts";

export const SEQUENCE: Reported = {
  "sequence extra": ["create sequence billing.strange ", "extra sequence billing.strange: bigint"],
  "sequence missing": [
    "drop sequence app.ticket_number cascade",
    "missing sequence app.ticket_number: integer increment by 5 maxvalue 100000 start with 100 cycle",
  ],
  "sequence renamed": [
    "alter sequence app.ticket_number rename to strange",
    "extra sequence app.strange: integer increment by 5 maxvalue 100000 start with 100 cycle",
    "missing sequence app.ticket_number: integer increment by 5 maxvalue 100000 start with 100 cycle",
  ],
  "sequence type": [
    "alter sequence app.teams_id_seq as bigint",
    "different sequence app.teams.id's: type: integer expected, bigint found; max: 2147483647 expected, 9223372036854775807 found",
  ],
  "sequence start": ["alter sequence app.ticket_number start 93", "different sequence app.ticket_number: start: 100 expected, 93 found"],
  "sequence increment": [
    "alter sequence app.ticket_number increment 36",
    "different sequence app.ticket_number: increment: 5 expected, 36 found",
  ],
  "sequence min": ["alter sequence app.ticket_number minvalue -5", "different sequence app.ticket_number: min: 1 expected, -5 found"],
  "sequence max": [
    "alter sequence app.ticket_number maxvalue 84001",
    "different sequence app.ticket_number: max: 100000 expected, 84001 found",
  ],
  "sequence cache": ["alter sequence app.ticket_number cache 23", "different sequence app.ticket_number: cache: 1 expected, 23 found"],
  "sequence cycle": ["alter sequence app.ticket_number no cycle", "different sequence app.ticket_number: cycle: yes expected, no found"],
  "sequence owned by": [
    "alter sequence app.ticket_number owned by app.teams.title",
    "different sequence app.ticket_number: owned by: none expected, app.teams.title found",
  ],
  "sequence owned by none": [
    "alter sequence app.teams_id_seq owned by none",
    "different column app.teams.id: default: nextval(of app.teams.id's) expected, nextval('app.teams_id_seq'::regclass) found",
    "missing sequence app.teams.id's: integer",
    "extra sequence app.teams_id_seq: integer",
  ],
  "sequence owner": [
    "alter sequence app.ticket_number owner to diverse_reader",
    "different sequence app.ticket_number: owner: the owner expected, diverse_reader found",
  ],
  "sequence persistence": [
    "alter sequence app.ticket_number set unlogged",
    "different sequence app.ticket_number: persistence: none expected, unlogged found",
  ],
};
