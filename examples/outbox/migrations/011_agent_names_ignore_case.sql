-- Up Migration
alter table agents.registry drop constraint registry_name_key;
create unique index registry_lower_name_key on agents.registry (lower(name));

-- Down Migration
drop index agents.registry_lower_name_key;
alter table agents.registry add constraint registry_name_key unique (name);
