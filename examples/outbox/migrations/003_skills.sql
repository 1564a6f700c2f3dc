-- Up Migration
create table public.skills (
  name text primary key,
  description text not null default '',
  version integer not null default 1 check (version > 0)
);

-- Down Migration
drop table public.skills;
