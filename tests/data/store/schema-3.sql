-- A store as schema 3 wrote it: one paused run. Never changed; a later schema gets a file of its own.
pragma application_id = 1936483173;
pragma user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE call_tokens (
  account_region text primary key,
  second integer not null,
  shared_used integer not null,
  reserve_used integer not null
) strict, without rowid;
INSERT INTO "call_tokens" VALUES('000000000000/eu-west-1',1700000001,2,0);
CREATE TABLE events (
  run integer not null references runs (number),
  seq integer not null check (seq > 0),
  at integer not null,
  type text not null,
  body text not null,
  epoch integer not null,
  primary key (run, seq)
) strict, without rowid;
INSERT INTO "events" VALUES(1,1,1700000000000,'created','{"n":1}',1);
INSERT INTO "events" VALUES(1,2,1700000002000,'parked','{"n":2}',2);
CREATE TABLE locks (
  name text primary key,
  run integer not null references runs (number)
) strict, without rowid;
INSERT INTO "locks" VALUES('000000000000/eu-west-1/cart:live',1);
CREATE TABLE meta (
  key text primary key,
  value text not null
) strict, without rowid;
INSERT INTO "meta" VALUES('clean','1');
CREATE TABLE nodes (
  incarnation integer primary key autoincrement,
  node text not null unique,
  lease_until integer not null
) strict;
INSERT INTO "nodes" VALUES(3,'server-1',1700000010000);
CREATE TABLE plans (
  digest text primary key,
  body text not null
) strict;
INSERT INTO "plans" VALUES('digest-1','{"name":"shop"}');
CREATE TABLE run_functions (
  function text not null,
  run integer not null references runs (number),
  primary key (function, run)
) strict, without rowid;
INSERT INTO "run_functions" VALUES('cart',1);
CREATE TABLE runs (
  number integer primary key,
  id text not null unique,
  name text not null,
  plan_digest text not null references plans (digest),
  dialect text not null,
  state text not null,
  requester text not null,
  world text not null,
  summary text not null,
  created integer not null,
  updated integer not null,
  ended integer,
  next_due integer,
  owner text not null,
  epoch integer not null,
  last_seq integer not null, owner_incarnation integer not null default 0, rolling_back integer not null default 0
) strict;
INSERT INTO "runs" VALUES(1,'d-OLDRUN001','shop','digest-1','native','paused','ann','{"account":"000000000000"}','{"releases":[{"function":"cart","alias":"live"}]}',1700000000000,1700000002000,NULL,1700003600000,'server-1',2,2,3,1);
CREATE INDEX runs_by_time on runs (created, number);
CREATE INDEX runs_by_name on runs (name, created, number);
CREATE INDEX runs_active on runs (created, number) where ended is null;
CREATE INDEX runs_by_owner on runs (owner_incarnation) where ended is null;
CREATE INDEX locks_by_run on locks (run);
CREATE INDEX run_functions_by_run on run_functions (run);
CREATE TABLE records (
  kind text not null,
  id text not null,
  body text not null,
  version integer not null,
  expires integer,
  primary key (kind, id)
) strict, without rowid;
INSERT INTO records VALUES('note','first','{"text":"kept"}',2,NULL);
CREATE INDEX records_by_expiry on records (expires) where expires is not null;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('nodes',3);
COMMIT;
