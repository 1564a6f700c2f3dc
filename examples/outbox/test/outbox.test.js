import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMITTED, connect, rolledBack } from "./database.js";

const publish = "select m10_recovery.publish_event($1, 'order.paid', '{}') as id";
// The two overloads of claim_outbox_events differ only in the types of their arguments.
const claimAsWorker = "select event_id as id from m10_recovery.claim_outbox_events($1::text, $2::integer) order by event_id";
const claimAsTest = "select event_id as id from m10_recovery.claim_outbox_events($1::integer, $2::text) order by event_id";

rolledBack("an event that is published twice is stored once", async (query) => {
  const [first] = await query(publish, ["order-1"]);
  const [second] = await query(publish, ["order-1"]);
  assert.equal(second.id, first.id);
});

void test("two workers that claim at the same time never get the same event", async () => {
  const [left, right] = await Promise.all([connect(), connect()]);
  const keys = Array.from({ length: 20 }, (_, index) => `race-${process.pid}-${index}`);
  try {
    await left.query(`select pg_advisory_lock(${COMMITTED})`);
    for (const key of keys) await left.query(publish, [key]);
    await Promise.all([left.query("begin"), right.query("begin")]);
    const claims = await Promise.all([left.query(claimAsWorker, ["left", 10]), right.query(claimAsWorker, ["right", 10])]);
    const ids = claims.flatMap((claim) => claim.rows.map((row) => row.id));
    assert.equal(ids.length, 20);
    assert.equal(new Set(ids).size, 20);
  } finally {
    await Promise.all([left.query("rollback"), right.query("rollback")]);
    await left.query("delete from m10_recovery.outbox where event_key = any($1)", [keys]);
    await Promise.all([left.end(), right.end()]);
  }
});

rolledBack("both orders of the arguments of claim_outbox_events claim an event", async (query) => {
  await query(publish, ["a"]);
  await query(publish, ["b"]);
  const [asTest] = await query(claimAsTest, [1, "tests"]);
  const [asWorker] = await query(claimAsWorker, ["worker", 10]);
  assert.ok(BigInt(asWorker.id) > BigInt(asTest.id));
});

rolledBack("both signatures of complete_outbox_event complete an event by named arguments, and keep its stream id", async (query) => {
  const events = [...(await query(publish, ["a"])), ...(await query(publish, ["b"]))].map((row) => row.id);
  await query(claimAsWorker, ["worker", 10]);
  for (const id of events) await query("select m10_recovery.mark_dispatched($1, 'orders', $2)", [id, `${id}-0`]);
  const asWorker = `select m10_recovery.complete_outbox_event(p_event_id => $1, p_processor_id => 'worker', p_success => true,
    p_error => null, p_retry_delay_seconds => 0) as done`;
  const asTest = `select m10_recovery.complete_outbox_event(p_event_id => $1, p_success => true, p_error => null,
    p_processor_id => 'worker') as done`;
  assert.deepEqual(await query(asWorker, [events[0]]), [{ done: true }]);
  assert.deepEqual(await query(asTest, [events[1]]), [{ done: true }]);
  const stored = await query("select stream_msg_id from m10_recovery.outbox where completed_at is not null order by event_id");
  assert.deepEqual(
    stored.map((row) => row.stream_msg_id),
    events.map((id) => `${id}-0`),
  );
});

rolledBack("a failed delivery moves the next retry and the earliest processing time", async (query) => {
  const [event] = await query(publish, ["a"]);
  await query(claimAsWorker, ["worker", 1]);
  await query("select m10_recovery.complete_outbox_event($1, 'worker', false, 'HTTP 503', 120)", [event.id]);
  const [stored] = await query(
    `select attempts, last_error, next_retry_at = now() + interval '2 minutes' as retry_moved,
      process_after = now() + interval '2 minutes' as processing_moved
    from m10_recovery.outbox where event_id = $1`,
    [event.id],
  );
  assert.deepEqual(stored, { attempts: 1, last_error: "HTTP 503", retry_moved: true, processing_moved: true });
  assert.deepEqual(await query(claimAsWorker, ["worker", 1]), []);
});

rolledBack("an event without attempts left becomes a dead letter and can be replayed", async (query) => {
  const [event] = await query(publish, ["a"]);
  await query("update m10_recovery.outbox set attempts = max_attempts where event_id = $1", [event.id]);
  assert.deepEqual(await query("select m10_recovery.bury_exhausted_events() as buried"), [{ buried: 1 }]);
  const [letter] = await query("select dead_letter_id as id from m10_recovery.dead_letters where event_key = 'a'");
  await query("select m10_recovery.replay_dead_letter($1)", [letter.id]);
  assert.equal((await query(claimAsWorker, ["worker", 1])).length, 1);
});
