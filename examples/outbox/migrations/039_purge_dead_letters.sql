-- Up Migration
create index dead_letters_buried_idx on m10_recovery.dead_letters (buried_at);

create procedure m10_recovery.purge_dead_letters(p_older_than interval default interval '90 days')
language plpgsql security definer set search_path = pg_catalog as $$
begin
  delete from m10_recovery.dead_letters where buried_at < now() - p_older_than;
end
$$;
comment on procedure m10_recovery.purge_dead_letters(interval) is 'Called nightly by the scheduler';

-- Down Migration
drop procedure m10_recovery.purge_dead_letters(interval);
drop index m10_recovery.dead_letters_buried_idx;
