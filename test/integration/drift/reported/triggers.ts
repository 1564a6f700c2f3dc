import type { Reported } from "../reported.ts";

export const TRIGGER: Reported = {
  "trigger extra": [
    "create trigger strange before insert on app.teams for each row execute function app.title_written()",
    "extra trigger app.teams.strange: CREATE TRIGGER strange BEFORE INSERT ON app.teams FOR EACH ROW EXECUTE FUNCTION app.title_written()",
  ],
  "trigger extra, of a parent": [
    "create trigger strange before insert on app.measures for each row execute function app.title_written('a', '2')",
    "extra trigger app.measures.strange: CREATE TRIGGER strange BEFORE INSERT ON app.measures FOR EACH ROW EXECUTE FUNCTION app.title_written('a', '2')",
  ],
  "trigger missing": [
    "drop trigger touch_teams on app.teams",
    "missing trigger app.teams.touch_teams: CREATE TRIGGER touch_teams AFTER INSERT OR UPDATE OF title ON app.teams FOR EACH ROW EXECUTE FUNCTION app.touch()",
  ],
  "trigger renamed": [
    "alter trigger touch on app.users rename to strange",
    "extra trigger app.users.strange: CREATE TRIGGER strange BEFORE UPDATE ON app.users FOR EACH ROW WHEN ((old.name IS DISTINCT FROM new.name)) EXECUTE FUNCTION app.touch()",
    "missing trigger app.users.touch: CREATE TRIGGER touch BEFORE UPDATE ON app.users FOR EACH ROW WHEN ((old.name IS DISTINCT FROM new.name)) EXECUTE FUNCTION app.touch()",
  ],
  "trigger definition": [
    "drop trigger touch_teams on app.teams; CREATE TRIGGER touch_teams AFTER INSERT OR UPDATE ON app.teams FOR EACH ROW EXECUTE FUNCTION app.touch()",
    "different trigger app.teams.touch_teams: definition: CREATE TRIGGER touch_teams AFTER INSERT OR UPDATE OF title ON app.teams FOR EACH ROW EXECUTE FUNCTION app.touch() expected, CREATE TRIGGER touch_teams AFTER INSERT OR UPDATE ON app.teams FOR EACH ROW EXECUTE FUNCTION app.touch() found",
  ],
  "trigger function": [
    "create or replace trigger touch_teams after insert or update of title on app.teams for each row execute function app.title_written()",
    "different trigger app.teams.touch_teams: function: app.touch() expected, app.title_written() found; definition: CREATE TRIGGER touch_teams AFTER INSERT OR UPDATE OF title ON app.teams FOR EACH ROW EXECUTE FUNCTION app.touch() expected, CREATE TRIGGER touch_teams AFTER INSERT OR UPDATE OF title ON app.teams FOR EACH ROW EXECUTE FUNCTION app.title_written() found",
  ],
  "trigger fires": [
    "alter table app.teams disable trigger touch_teams",
    "different trigger app.teams.touch_teams: fires: origin expected, disabled found",
  ],
  "rule extra": [
    "create rule strange as on delete to billing.lines do instead nothing",
    "extra rule billing.lines.strange: CREATE RULE strange AS ON DELETE TO billing.lines DO INSTEAD NOTHING;",
  ],
  "rule missing": [
    "drop rule no_delete on app.cache",
    "missing rule app.cache.no_delete: CREATE RULE no_delete AS ON DELETE TO app.cache DO INSTEAD NOTHING;",
  ],
  "rule renamed": [
    "alter rule no_delete on app.cache rename to strange",
    "missing rule app.cache.no_delete: CREATE RULE no_delete AS ON DELETE TO app.cache DO INSTEAD NOTHING;",
    "extra rule app.cache.strange: CREATE RULE strange AS ON DELETE TO app.cache DO INSTEAD NOTHING;",
  ],
  "rule definition": [
    "create or replace rule notes_log as on insert to app.notes do also notify other",
    "different rule app.notes.notes_log: definition: CREATE RULE notes_log AS ON INSERT TO app.notes DO NOTIFY notes; expected, CREATE RULE notes_log AS ON INSERT TO app.notes DO NOTIFY other; found",
  ],
  "rule fires": [
    "alter table app.cache disable rule no_delete",
    "different rule app.cache.no_delete: fires: origin expected, disabled found",
  ],
  "policy extra": ["create policy strange on app.cache for insert with check (true)", "extra policy app.cache.strange: insert public true"],
  "policy missing": ["drop policy insert_any on app.users", "missing policy app.users.insert_any: insert public (name <> ''::text)"],
  "policy renamed": [
    "alter policy insert_any on app.users rename to strange",
    "missing policy app.users.insert_any: insert public (name <> ''::text)",
    "extra policy app.users.strange: insert public (name <> ''::text)",
  ],
  "policy using": [
    "alter policy visible on app.notes using (1 = 2)",
    "different policy app.notes.visible: using: ((seen = 'everyone'::app.visibility) OR (number > 0)) expected, (1 = 2) found",
  ],
  "policy check": [
    "alter policy short_only on app.notes with check (1 = 3)",
    "different policy app.notes.short_only: check: app.is_short(title) expected, (1 = 3) found",
  ],
  "policy roles": [
    "alter policy own_row on app.users to diverse_reader, diverse_owner",
    "different policy app.users.own_row: roles: public expected, diverse_reader, the owner found",
  ],
  "policy command": [
    "drop policy visible on app.notes; create policy visible on app.notes for delete using (seen = 'everyone' or number > 0)",
    "different policy app.notes.visible: command: select expected, delete found",
    "missing comment policy visible on app.notes: who sees what",
  ],
  "policy permissive": [
    "drop policy visible on app.notes; create policy visible on app.notes as restrictive for select using (seen = 'everyone' or number > 0)",
    "different policy app.notes.visible: permissive: yes expected, no found",
    "missing comment policy visible on app.notes: who sees what",
  ],
  "event trigger extra": [
    "create event trigger strange on sql_drop execute function app.on_ddl()",
    "extra event trigger strange: sql_drop app.on_ddl()",
  ],
  "event trigger missing": ["drop event trigger watch_ddl", "missing event trigger watch_ddl: ddl_command_end app.on_ddl()"],
  "event trigger fires": [
    "alter event trigger watch_ddl disable",
    "different event trigger watch_ddl: fires: origin expected, disabled found",
  ],
  "event trigger tags": [
    "drop event trigger watch_ddl; create event trigger watch_ddl on ddl_command_end when tag in ('CREATE VIEW') execute function app.on_ddl()",
    "different event trigger watch_ddl: tags: CREATE TABLE expected, CREATE VIEW found",
  ],
  "event trigger event": [
    "drop event trigger watch_ddl; create event trigger watch_ddl on ddl_command_start when tag in ('CREATE TABLE') execute function app.on_ddl()",
    "different event trigger watch_ddl: event: ddl_command_end expected, ddl_command_start found",
  ],
};
