-- A store in PostgreSQL as schema 3 wrote it: one paused run, which a server had that is gone. Never
-- changed; a later schema gets a file of its own.
create schema sluice;
create table sluice.meta (key text primary key, value text not null);
insert into sluice.meta values ('schema', '3');

create table sluice.plans (
  digest text primary key,
  body text not null
);

create table sluice.runs (
  number bigint generated always as identity primary key,
  id text not null unique,
  name text not null,
  plan_digest text not null references sluice.plans (digest),
  dialect text not null,
  state text not null,
  requester text not null,
  world text not null,
  summary text not null,
  created bigint not null,
  updated bigint not null,
  ended bigint,
  next_due bigint,
  owner text not null,
  epoch bigint not null,
  last_seq bigint not null,
  owner_incarnation bigint not null,
  rolling_back boolean not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index runs_by_time on sluice.runs (created, number);
create index runs_by_name on sluice.runs (name, created, number);
create index runs_active on sluice.runs (created, number) where ended is null;
create index runs_by_owner on sluice.runs (owner_incarnation) where ended is null;

create table sluice.events (
  run bigint not null references sluice.runs (number),
  seq bigint not null check (seq > 0),
  at bigint not null,
  type text not null,
  body text not null,
  epoch bigint not null,
  primary key (run, seq)
);

create table sluice.locks (
  name text collate "C" primary key,
  run bigint not null references sluice.runs (number)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index locks_by_run on sluice.locks (run);

create table sluice.run_functions (
  function text not null,
  run bigint not null references sluice.runs (number),
  primary key (function, run)
);
create index run_functions_by_run on sluice.run_functions (run);

create table sluice.nodes (
  incarnation bigint generated always as identity primary key,
  node text not null unique,
  lease_until bigint not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

create table sluice.call_tokens (
  account_region text primary key,
  second bigint not null,
  shared_used integer not null,
  reserve_used integer not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

insert into sluice.plans values ('digest-1', '{"name":"shop"}');
insert into sluice.runs overriding system value values (
  1, 'd-OLDRUN001', 'shop', 'digest-1', 'native', 'paused', 'ann', '{"account":"000000000000"}',
  '{"releases":[{"function":"cart","alias":"live"}]}', 1700000000000, 1700000002000, null,
  1700003600000, 'server-1', 2, 2, 3, true);
alter table sluice.runs alter column number restart with 2;
insert into sluice.events values (1, 1, 1700000000000, 'created', '{"n":1}', 1);
insert into sluice.events values (1, 2, 1700000002000, 'parked', '{"n":2}', 2);
insert into sluice.locks values ('000000000000/eu-west-1/cart:live', 1);
insert into sluice.run_functions values ('cart', 1);
insert into sluice.nodes overriding system value values (3, 'server-1', 1700000010000);
alter table sluice.nodes alter column incarnation restart with 4;
insert into sluice.call_tokens values ('000000000000/eu-west-1', 1700000001, 2, 0);

create table sluice.records (
  kind text collate "C" not null,
  id text collate "C" not null,
  body text not null,
  version bigint not null,
  expires bigint,
  primary key (kind, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
insert into sluice.records values ('note', 'first', '{"text":"kept"}', 2, null);
create index records_by_expiry on sluice.records (expires) where expires is not null;

create table sluice.packages (
  sha256 text collate "C" primary key,
  size bigint not null,
  stored bigint not null
);
create table sluice.package_pieces (
  sha256 text collate "C" not null,
  number bigint not null,
  bytes bytea not null,
  primary key (sha256, number)
);
alter table sluice.package_pieces alter column bytes set storage external;
insert into sluice.packages values ('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=', 3, 1700000000000);
insert into sluice.package_pieces values ('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=', 0, 'abc');
