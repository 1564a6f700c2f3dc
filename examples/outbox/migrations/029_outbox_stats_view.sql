-- Up Migration
create view m10_recovery.outbox_stats as
select
  event_type,
  count(*) filter (where completed_at is null and claimed_by is null) as waiting,
  count(*) filter (where completed_at is null and claimed_by is not null) as claimed,
  count(*) filter (where completed_at is not null) as done,
  max(attempts) as worst_attempts
from m10_recovery.outbox
group by event_type;

-- Down Migration
drop view m10_recovery.outbox_stats;
