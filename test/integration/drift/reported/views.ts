import type { Reported } from "../reported.ts";

export const VIEW: Reported = {
  "view extra": ["create view app.strange as select 1 as one", "extra view app.strange: one integer"],
  "view missing": ["drop view app.team_sizes cascade", "missing view app.team_sizes: id integer, title character varying(80), size bigint"],
  "view renamed": [
    "alter view app.happy_users rename to strange",
    "missing view app.happy_users: id bigint, email app.email, mood app.mood",
    "extra view app.strange: id bigint, email app.email, mood app.mood",
  ],
  "view definition": [
    `create or replace view app.happy_users with (security_barrier=true) as  SELECT id,
    email,
    mood
   FROM app.users
  WHERE (mood = 'happy'::app.mood) and 1 = 1`,
    "different view app.happy_users: definition:  SELECT id, email, mood FROM app.users WHERE (mood = 'happy'::app.mood); expected,  SELECT id, email, mood FROM app.users WHERE ((mood = 'happy'::app.mood) AND (1 = 1)); found",
  ],
  "view columns more": [
    "create or replace view app.long_titles as select id, title, author_name from app.note_titles where length(title) > 20",
    `different view app.long_titles: definition:  SELECT id, title FROM app.note_titles WHERE (length(title) > 20); expected,  SELECT id, title, author_name FROM app.note_titles WHERE (length(title) > 20); found; columns: id uuid, title text expected, id uuid, title text, author_name text collate pg_catalog."C" found`,
  ],
  "view columns fewer": [
    "drop view app.long_titles; create view app.long_titles as select id from app.note_titles where length(title) > 20",
    "different view app.long_titles: definition:  SELECT id, title FROM app.note_titles WHERE (length(title) > 20); expected,  SELECT id FROM app.note_titles WHERE (length(title) > 20); found; columns: id uuid, title text expected, id uuid found",
  ],
  "view columns under another view": [
    "create or replace view app.note_titles as select n.id, n.title, u.name as author_name, n.body from app.notes n left join app.users u on u.id = n.author",
    `different view app.note_titles: definition:  SELECT n.id, n.title, u.name AS author_name FROM (app.notes n LEFT JOIN app.users u ON ((u.id = n.author))); expected,  SELECT n.id, n.title, u.name AS author_name, n.body FROM (app.notes n LEFT JOIN app.users u ON ((u.id = n.author))); found; columns: id uuid, title text, author_name text collate pg_catalog."C" expected, id uuid, title text, author_name text collate pg_catalog."C", body text found`,
  ],
  "view column renamed": [
    "alter view app.long_titles rename column title to heading",
    "different view app.long_titles: definition:  SELECT id, title FROM app.note_titles WHERE (length(title) > 20); expected,  SELECT id, title AS heading FROM app.note_titles WHERE (length(title) > 20); found; columns: id uuid, title text expected, id uuid, heading text found",
  ],
  "view column default": [
    "alter view app.note_titles alter column title set default 'x'",
    `different view app.note_titles: columns: id uuid, title text, author_name text collate pg_catalog."C" expected, id uuid, title text default 'x'::text, author_name text collate pg_catalog."C" found`,
  ],
  "view options": [
    "alter view app.long_titles set (security_barrier = true)",
    "different view app.long_titles: options: none expected, security_barrier=true found",
  ],
  "view security invoker": [
    "alter view app.team_sizes set (security_invoker = true)",
    "different view app.team_sizes: options: none expected, security_invoker=true found",
  ],
  "view owner": [
    "alter view app.team_sizes owner to diverse_reader",
    "different view app.team_sizes: owner: the owner expected, diverse_reader found",
  ],
  "materialized view extra": [
    "create materialized view billing.strange as select count(*) as many from app.users",
    "extra materialized view billing.strange: many bigint",
  ],
  "materialized view missing": [
    "drop materialized view app.note_counts",
    "missing materialized view app.note_counts: author bigint, notes bigint",
  ],
  "materialized view definition": [
    "drop materialized view billing.totals; create materialized view billing.totals as select user_id, sum(total) as total from billing.invoices where paid group by user_id; create unique index totals_user on billing.totals (user_id)",
    "different materialized view billing.totals: owner: the owner expected, postgres found; definition:  SELECT user_id, sum(total) AS total FROM billing.invoices GROUP BY user_id; expected,  SELECT user_id, sum(total) AS total FROM billing.invoices WHERE paid GROUP BY user_id; found",
  ],
  "materialized view options": [
    "alter materialized view billing.totals set (fillfactor = 50)",
    "different materialized view billing.totals: options: none expected, fillfactor=50 found",
  ],
  "materialized view owner": [
    "alter materialized view billing.totals owner to diverse_reader",
    "different materialized view billing.totals: owner: the owner expected, diverse_reader found",
  ],
  "materialized view column statistics": [
    "alter materialized view billing.totals alter column total set statistics 40",
    "different materialized view billing.totals: columns: user_id bigint, total numeric expected, user_id bigint, total numeric statistics 40 found",
  ],
};
