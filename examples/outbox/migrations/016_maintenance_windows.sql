-- Up Migration
create table routing.maintenance_windows (
  id bigint generated always as identity primary key,
  during tstzrange not null constraint maintenance_windows_during_check check (not isempty(during)),
  reason text not null,
  cancelled boolean not null default false,
  constraint maintenance_windows_one_at_a_time exclude using gist (during with &&) where (not cancelled)
);

-- Down Migration
drop table routing.maintenance_windows;
