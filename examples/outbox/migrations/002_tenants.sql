-- Up Migration
create table public.tenants (
  id bigint generated always as identity primary key,
  slug text not null unique,
  name text not null,
  created_at timestamptz not null default now(),
  constraint tenants_slug_check check (slug ~ '^[a-z][a-z0-9-]{1,40}$')
);

-- Down Migration
drop table public.tenants;
