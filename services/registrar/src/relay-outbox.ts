import { electionsKey, electionsMessage } from '@suffrage/contracts/topics';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import type { Kafka, Producer } from 'kafkajs';

const AT_A_TIME = 100;
const IDLE_MILLIS = 1_000;

type Options = { readonly pool: Pool; readonly kafka: Kafka; readonly topic: string; readonly log: Log };

/**
 * Carries messages from the outbox to topic `elections`, oldest first, one send at a time; a row goes only after the
 * brokers have confirmed it. Several registrars take turns by an advisory lock, so the order of one election is kept.
 * What is sent twice does no harm: the newest record of a key counts. Returns its alarm clock.
 */
export function relayOutbox({ pool, kafka, topic, log }: Options, lifecycle: Lifecycle): () => void {
  let producer: Producer | undefined;
  let wake: () => void = () => undefined;
  let stopped = false;

  const connected = async (): Promise<Producer> => {
    if (producer) return producer;
    const made = kafka.producer();
    await made.connect();
    producer = made;
    return made;
  };
  const drain = async () => {
    const more = await sendSome(pool, topic, connected);
    if (more) await drain();
  };
  const loop = async () => {
    while (!stopped) {
      await drain().catch(async error => {
        log.warn({ err: error }, 'the outbox could not be relayed, trying again');
        // After an error the producer's state is not certain; a fresh one has none.
        await producer?.disconnect().catch(() => undefined);
        producer = undefined;
      });
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, IDLE_MILLIS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = loop();
  lifecycle.onClose('outbox relay', async () => {
    stopped = true;
    wake();
    await running;
    await producer?.disconnect();
  });
  return () => wake();
}

/** Sends up to 100 messages; true when there may be more. */
function sendSome(pool: Pool, topic: string, connected: () => Promise<Producer>): Promise<boolean> {
  return inTransaction(pool, 'begin', async client => {
    await client.query(`select pg_advisory_xact_lock(hashtext('suffrage outbox'))`);
    const { rows } = await client.query<{ id: string; message: unknown }>(
      'select id, message from outbox order by id limit $1',
      [AT_A_TIME],
    );
    if (rows.length === 0) return false;
    const messages = rows.map(row => {
      const message = electionsMessage.parse(row.message);
      return { key: electionsKey(message), value: JSON.stringify(message) };
    });
    await (await connected()).send({ topic, acks: -1, messages });
    await client.query('delete from outbox where id = any($1::bigint[])', [rows.map(({ id }) => id)]);
    return rows.length === AT_A_TIME;
  });
}
