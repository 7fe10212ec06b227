import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { testServers } from '@suffrage/test/servers';
import { ballot, definition } from '../test/definitions.ts';
import { countRecords, createInstallation, type Installation, PARTITIONS } from '../test/installation.ts';
import { getResults } from '../test/readers.ts';

jest.setTimeout(60_000);

const HOUR_MILLIS = 3_600_000;
const RECORDS = 3;

let installation: Installation;
/** Milliseconds that the service's clock is ahead of the real one. */
let ahead = 0;

beforeAll(async () => {
  installation = await createInstallation(testServers());
});
afterAll(() => installation.close());

const count = (partition: number, counted: number) =>
  countRecords(installation, { electionId: 'council', partition, counted, marks: { mayor: 'ann' } });

/** The values of this key on topic `elections`, oldest first. */
const told = async (key: string) =>
  (await readLog(installation.kafka, installation.topics.elections))
    .filter(record => record.key?.toString() === key)
    .map(({ value }): unknown => JSON.parse(value.toString()));

test('an election is closed only after the processors have reached the ends of all partitions', async () => {
  const closesAt = new Date(Date.now() + HOUR_MILLIS).toISOString();
  await installation.open(definition('council', { ...ballot({ mayor: ['ann'] }), closesAt }));
  const replica = await installation.start({ clock: () => Date.now() + ahead });
  const shown = async () => (await getResults(replica, 'council')).snapshot;
  const shownAfter = (millis: number) =>
    until(
      `results are shown ${millis} ms after closesAt`,
      async () => Date.parse((await shown())?.asOf ?? '') > Date.parse(closesAt) + millis,
    );
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const messages = Array.from({ length: RECORDS }, () => ({ partition, value: 'a vote' }));
    await installation.producer.send({ topic: installation.topics.votes, acks: -1, messages });
    await count(partition, partition === PARTITIONS - 1 ? RECORDS - 1 : RECORDS);
  }

  // Everything but one record is processed, the time is over: rounds go on, the election stays open.
  ahead = HOUR_MILLIS + 21_000;
  await shownAfter(26_000);
  expect(await shown()).toMatchObject({ counted: PARTITIONS * RECORDS - 1, provisional: true });
  expect(await told('closing/council')).toEqual([]);

  await count(PARTITIONS - 1, 1);
  await until('the results are final', async () => (await shown())?.provisional === false);
  expect(await shown()).toMatchObject({ counted: PARTITIONS * RECORDS, provisional: false });
  const endOffsets = Array.from({ length: PARTITIONS }, () => RECORDS);
  expect(await told('closing/council')).toEqual([
    { kind: 'closing', electionId: 'council', closesAt, endOffsets },
  ]);
});

test('an extension that arrives before closesAt keeps the election open', async () => {
  const closesAt = new Date(Date.now() + ahead + 2_000).toISOString();
  const fields = ballot({ mayor: ['ann'] });
  await installation.open(definition('extended', { ...fields, closesAt }));
  await installation.open(definition('extended', { ...fields, closesAt: '2099-01-01T00:00:00Z' }));
  await installation.open(definition('not-extended', { ...fields, closesAt }));
  ahead += 30_000;
  await until('the other is closed', async () => (await told('closing/not-extended')).length > 0);
  expect(await told('closing/extended')).toEqual([]);
});
