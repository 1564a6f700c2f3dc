-- Up Migration
create schema m10_recovery;
create schema agents;
create schema routing;
comment on schema m10_recovery is 'Outbox, dead letters and what else survives a crash';

-- Down Migration
drop schema routing;
drop schema agents;
drop schema m10_recovery;
