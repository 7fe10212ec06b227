import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { errorCodes } from '@suffrage/contracts/errors';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { post, voteBody } from '@suffrage/test/vote-body';
import fc from 'fast-check';

let bed: Testbed;
let made: TestElection;
let ingestion: Awaited<ReturnType<Testbed['ingestion']>>;

beforeAll(async () => {
  bed = await openTestbed();
  made = await bed.publishElection();
  ingestion = await bed.ingestion();
  await until('the election is known', async () => {
    const { json } = await post(ingestion.url, made.election.definition.id, { ...good(), salt: 'AA' });
    return json.code === 'salt-length';
  });
}, 60_000);

afterAll(() => bed?.close(), 60_000);

const RUNS = { numRuns: 200 };
/** What `signedVote` marks. */
const SIGNED = { mayor: ['mayor-1'], council: [] };
const LONG = 120_000;
const good = () => voteBody(made.election, signedVote(made));
const logged = async () => (await readLog(bed.kafka, bed.topics.votes)).length;

/** Whatever was sent: a problem document of the registry that blames the sender, and nothing on the log. */
async function refusesAll<T>(
  arbitrary: fc.Arbitrary<T>,
  send: (sent: T) => Promise<{ status: number; json: Record<string, unknown> }>,
) {
  await fc.assert(
    fc.asyncProperty(arbitrary, async sent => {
      const { status: http, json } = await send(sent);
      expect(errorCodes).toContain(json.code);
      expect([http, json.status]).toEqual([json.status, http]);
      expect(http).toBeGreaterThanOrEqual(400);
      expect(http).toBeLessThan(500);
    }),
    RUNS,
  );
}

const cast = (body: unknown, electionId: string = made.election.definition.id) =>
  post(ingestion.url, electionId, body);

test(
  'JSON of any kind is refused',
  async () => {
    await refusesAll(fc.jsonValue({ noUnicodeString: false }), body => cast(body));
    await refusesAll(fc.string({ unit: 'binary' }), body => cast(body));
    await refusesAll(fc.uint8Array({ maxLength: 300 }), body => cast(Buffer.from(body).toString('latin1')));
    expect(await logged()).toBe(0);
  },
  LONG,
);

test(
  'a valid vote with any field replaced, removed or added is refused',
  async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[A-Za-z0-9_-]{0,600}$/),
      fc.dictionary(
        fc.constantFrom('mayor', 'council', '__proto__', 'constructor', 'x'),
        fc.array(fc.constantFrom('mayor-1', 'mayor-2', 'council-1', '__proto__', ''), { maxLength: 4 }),
      ),
    );
    const change = fc.record({
      field: fc.constantFrom(
        'selections',
        'salt',
        'token',
        'tokenKeyId',
        'revision',
        'voterReference',
        '__proto__',
        'x',
      ),
      value: fc.option(value, { nil: undefined }),
    });
    const invalid = change
      .filter(
        ({ field, value: with_ }) =>
          !(field === 'revision' && (with_ === undefined || with_ === 0 || Object.is(with_, -0))),
      )
      .filter(
        ({ field, value: with_ }) =>
          with_ !== undefined || ['selections', 'salt', 'token', 'tokenKeyId'].includes(field),
      )
      // A contest without marks may be left out: that would be the vote as it was signed.
      .filter(
        ({ field, value: with_ }) =>
          field !== 'selections' || !isDeepStrictEqual(Object.assign({ council: [] }, with_), SIGNED),
      );
    await refusesAll(invalid, ({ field, value: with_ }) => {
      const { [field as 'salt']: _old, ...rest } = good();
      const entry = with_ === undefined ? '' : `,${JSON.stringify(field)}:${JSON.stringify(with_)}`;
      return cast(`${JSON.stringify(rest).slice(0, -1)}${entry}}`);
    });
    expect(await logged()).toBe(0);
  },
  LONG,
);

test(
  'any election id and any vote id in the address is refused or not found',
  async () => {
    const segment = fc
      .string({ unit: 'binary', maxLength: 300 })
      .filter(text => text.isWellFormed() && !['', '.', '..'].includes(text))
      .map(encodeURIComponent);
    await refusesAll(segment, id => cast(good(), id));
    await refusesAll(fc.tuple(segment, segment), async ([id, voteId]) => {
      const response = await fetch(`${ingestion.url}/v1/elections/${id}/votes/${voteId}`);
      return { status: response.status, json: JSON.parse(await response.text()) };
    });
    expect(await logged()).toBe(0);
  },
  LONG,
);

test('after all that a valid vote is accepted', async () => {
  expect((await cast(good())).status).toBe(201);
});
