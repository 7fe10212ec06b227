import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { definitionHash, type Election } from '@suffrage/contracts/ballot';
import { toBase64url } from '@suffrage/contracts/bytes';
import type { AuditAddendum, ResultsDocument, Seal, ZeroReport } from '@suffrage/contracts/official';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { readResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { statementHash } from '@suffrage/contracts/signed-statement';
import type { Closing } from '@suffrage/contracts/topics';
import { type Case, countedOf } from './case.ts';
import { compareOfficial, type OfficialEvidence } from './compare-official.ts';
import { votesOf } from './compare-results.ts';
import type { Holding } from './read-official.ts';
import type { ModelDatabase } from './testing/model-processor.ts';
import { sound, spread } from './testing/sound-world.ts';
import { judgeWorld, mayor } from './testing/world.ts';

const keyOf = (pair = generateKeyPairSync('ed25519')) => ({
  key: readResultsKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
  published: publishedKey(pair.publicKey),
});
const own = keyOf();
const stranger = keyOf();
const definition = { ...mayor.definition, resultsKeys: [own.published] };
const election: Election = { ...mayor, definition };
const END_OFFSETS = Array.from({ length: spread.partitions }, () => 9);

function holdingsOf(databases: readonly ModelDatabase[]): Holding[] {
  return Array.from({ length: spread.partitions }, (_, partition) => {
    const rows = databases
      .flatMap(database => database.rows)
      .filter(row => row.partition === partition && row.electionId === definition.id);
    const votes = rows.filter(({ outcome }) => outcome === 'counted');
    const superseded = rows.filter(({ outcome }) => outcome === 'superseded').length;
    const firstOffset = Math.min(...votes.map(({ offset }) => offset));
    return { electionId: definition.id, partition, votes: votes.length, superseded, firstOffset };
  }).filter(({ votes }) => votes > 0);
}

type Bodies = {
  zero: Omit<ZeroReport, 'resultsKeyId' | 'signature'>;
  results: Omit<ResultsDocument, 'resultsKeyId' | 'signature'>;
  seal: Omit<Seal, 'resultsKeyId' | 'signature'>;
};

/** What an honest aggregator states of the sound world, in which five votes of the election are counted. */
function honest(theCase: Case, holdings: readonly Holding[]): Bodies {
  const about = {
    electionId: definition.id,
    ballotHash: toBase64url(election.ballotHash),
    definitionHash: toBase64url(definitionHash(definition)),
    statedAt: '2026-05-07T07:00:00Z',
  };
  const zero = { kind: 'zero-report' as const, ...about, counted: 0 as const, positions: [] };
  const votes = votesOf(theCase, definition.id);
  const counted = countedOf(theCase).get(definition.id) ?? 0;
  const contests = definition.contests.map(({ id, options, maxSelections }) => {
    const totals = options.map(option => ({ id: option.id, votes: votes.get(`${id}/${option.id}`) ?? 0 }));
    const marks = totals.reduce((sum, option) => sum + option.votes, 0);
    return { id, options: totals, undervotes: counted * maxSelections - marks, blank: 0 };
  });
  const { opensAt, closesAt } = definition;
  const log = { topic: 'votes', endOffsets: END_OFFSETS };
  const results = {
    kind: 'results' as const,
    ...about,
    opensAt,
    closesAt,
    counted,
    contests,
    log,
    issued: null,
    zeroReport: statementHash(signStatement(own.key, zero)),
  };
  const partitions = [...theCase.owners.values()].map(owner => {
    const { votes: held = 0, superseded = 0 } =
      holdings.find(({ partition }) => partition === owner.partition) ?? {};
    const { partition, nextOffset, counted: all, notCounted } = owner;
    return { partition, nextOffset, counted: all, notCounted, votes: held, superseded };
  });
  const seal = {
    kind: 'seal' as const,
    ...about,
    results: statementHash(signStatement(own.key, results)),
    partitions,
  };
  return { zero, results, seal };
}

type Plant = {
  /** Before anything is signed: what a dishonest aggregator states. Hashes follow. */
  readonly state?: (bodies: Bodies) => Partial<Bodies>;
  readonly evidence?: (evidence: OfficialEvidence) => Partial<OfficialEvidence>;
  readonly key?: typeof own;
  readonly known?: Election;
};

async function find({ state, evidence = () => ({}), key = own, known = election }: Plant = {}) {
  const { world, databases } = sound();
  const theCase: Case = {
    ...judgeWorld(world),
    findElection: id => (id === definition.id ? known : undefined),
  };
  const holdings = holdingsOf(databases);
  const bodies = honest(theCase, holdings);
  const planted = { ...bodies, ...state?.(bodies) };
  const signed = [planted.zero, planted.results, planted.seal].map(body => signStatement(key.key, body));
  const closing: Closing = {
    kind: 'closing',
    electionId: definition.id,
    closesAt: definition.closesAt,
    endOffsets: END_OFFSETS,
  };
  const whole: OfficialEvidence = {
    statements: signed.map(statement => ({
      electionId: definition.id,
      kind: statement.kind,
      statement: JSON.stringify(statement),
    })),
    holdings,
    sealed: databases.map(() => new Set([definition.id])),
    closingOf: () => closing,
    reports: [],
  };
  const verified = await compareOfficial(theCase, { ...whole, ...evidence(whole) });
  return { verified, kinds: theCase.findings.first().map(({ kind }) => kind), theCase };
}

const results = (change: Partial<Bodies['results']>) => (bodies: Bodies) => ({
  results: { ...bodies.results, ...change },
});

test('what an honest aggregator has stated is in order', async () => {
  const { kinds, verified } = await find();
  expect(kinds).toEqual([]);
  expect(verified).toEqual({ [definition.id]: ['zero-report', 'results', 'seal'] });
});

test('a statement that is not signed with the election’s key says nothing, and is reported', async () => {
  const { kinds, verified } = await find({ key: stranger });
  expect(kinds).toEqual(['statement-invalid', 'statement-invalid', 'statement-invalid', 'seal-broken']);
  expect(verified).toEqual({ [definition.id]: [] });
});

test('a definition that was changed after the zero report is caught', async () => {
  const later = { ...election, definition: { ...definition, resultsPolicy: 'after-close' as const } };
  expect((await find({ known: later })).kinds).toContain('statement-invalid');
  const extended = { ...election, definition: { ...definition, closesAt: '2099-01-01T00:00:00Z' } };
  expect((await find({ known: extended })).kinds).toEqual(['wrong-results']);
});

test('a vote that was counted before the zero report is caught', async () => {
  const planted = await find({
    state: bodies => {
      const positions = Array.from({ length: spread.partitions }, (_, partition) => ({
        partition,
        nextOffset: 1,
      }));
      const zero = { ...bodies.zero, positions };
      return { zero, ...results({ zeroReport: statementHash(signStatement(own.key, zero)) })(bodies) };
    },
  });
  expect(planted.kinds).toContain('zero-report-wrong');
});

test('official results that are not those of the votes are caught', async () => {
  const plants: ((bodies: Bodies) => Partial<Bodies>)[] = [
    results({ counted: 6 }),
    results({ contests: null }),
    ({ results: stated }) => ({ results: { ...stated, contests: stated.contests?.slice(1) ?? null } }),
    results({ zeroReport: null }),
    results({ closesAt: '2026-01-01T00:00:00Z' }),
    results({ log: { topic: 'votes', endOffsets: [1] } }),
    ({ results: stated }) => {
      const [first, ...rest] = stated.contests ?? [];
      if (!first) throw new Error('there is a contest');
      const moved = first.options.map((option, place) =>
        place === 0 ? { ...option, votes: option.votes + 1 } : option,
      );
      return { results: { ...stated, contests: [{ ...first, options: moved }, ...rest] } };
    },
    ({ results: stated }) => ({
      results: {
        ...stated,
        contests: stated.contests?.map(each => ({ ...each, undervotes: each.undervotes + 1 })) ?? null,
      },
    }),
  ];
  for (const state of plants) expect((await find({ state })).kinds).toContain('wrong-results');
});

test('what has changed since the seal is caught, and so is a database that does not freeze, or lost its seal', async () => {
  const evidences: ((evidence: OfficialEvidence) => Partial<OfficialEvidence>)[] = [
    ({ holdings }) => ({ holdings: holdings.slice(1) }),
    ({ holdings }) => ({ holdings: holdings.map(held => ({ ...held, votes: held.votes + 1 })) }),
    ({ holdings }) => ({ holdings: holdings.map(held => ({ ...held, superseded: 1 })) }),
    ({ sealed }) => ({ sealed: [new Set<string>(), ...sealed.slice(1)] }),
    ({ statements }) => ({ statements: statements.filter(({ kind }) => kind !== 'seal') }),
  ];
  for (const evidence of evidences) {
    const { kinds } = await find({ evidence });
    expect(new Set(kinds)).toEqual(new Set(['seal-broken']));
  }
  const behind = await find({
    state: ({ seal }) => ({
      seal: { ...seal, partitions: seal.partitions.map(each => ({ ...each, nextOffset: 1_000 })) },
    }),
  });
  expect(new Set(behind.kinds)).toEqual(new Set(['seal-broken']));
});

test('a statement that can not be read, or is filed under another election, is reported', async () => {
  for (const change of [{ statement: '{' }, { kind: 'unheard-of' }, { electionId: 'council' }]) {
    const { kinds } = await find({
      evidence: ({ statements }) => ({
        statements: statements.map(row => (row.kind === 'zero-report' ? { ...row, ...change } : row)),
      }),
    });
    expect(kinds).toContain('statement-invalid');
  }
});

type Addendum = Omit<AuditAddendum, 'resultsKeyId' | 'signature'>;

/** What is found where these addenda stand beside the sound world's statements; every report is at hand, if asked for. */
async function findNamed(changes: readonly Partial<Addendum>[], { atHand = true, more = false } = {}) {
  const auditor = generateKeyPairSync('ed25519');
  const bytes = Buffer.from('{"balances":true}');
  const evidence = ({ statements }: OfficialEvidence): Partial<OfficialEvidence> => {
    const stated = JSON.parse(statements.find(({ kind }) => kind === 'results')?.statement ?? '');
    const addenda = changes.map((change, place) =>
      signStatement(own.key, {
        kind: 'audit-addendum' as const,
        electionId: definition.id,
        ...(place === 0 ? {} : { number: place + 1 }),
        statedAt: '2026-05-08T07:00:00Z',
        results: statementHash(stated),
        report: createHash('sha256').update(bytes).digest('base64url'),
        auditor: auditor.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
        auditorSignature: sign(null, bytes, auditor.privateKey).toString('base64url'),
        balances: true,
        ...change,
      }),
    );
    const rows = addenda.map(addendum => ({
      electionId: definition.id,
      kind: addendum.kind,
      statement: JSON.stringify(addendum),
    }));
    const reports = atHand ? [{ file: 'audit.json', bytes }] : [];
    const unnamed = more ? [{ file: 'other.json', bytes: Buffer.from('{}') }] : [];
    return { statements: [...statements, ...rows], reports: [...reports, ...unnamed] };
  };
  const { theCase, verified } = await find({ evidence });
  return { messages: theCase.findings.first().map(({ message }) => message), verified };
}

test('addenda on these results, signed by their auditor, are in order', async () => {
  const { messages, verified } = await findNamed([{}, {}]);
  expect(messages).toEqual([]);
  expect(verified).toEqual({ [definition.id]: ['zero-report', 'results', 'audit-addendum', 'seal'] });
});

test('an addendum on other results, with a wrong auditor’s signature, or without its predecessor is caught', async () => {
  const [stolen, hash] = [randomSignature(), createHash('sha256').digest('base64url')];
  expect((await findNamed([{}, { results: hash }])).messages).toEqual([
    'the audit-addendum 2 is on other results',
  ]);
  expect((await findNamed([{ auditorSignature: stolen }])).messages).toEqual([
    'the audit-addendum 1 has a signature that is not the auditor’s',
  ]);
  // Without the report nobody can tell; what is no signature at all shows anyway.
  expect((await findNamed([{ auditorSignature: stolen }], { atHand: false })).messages).toEqual([]);
  for (const change of [{ auditorSignature: 'a2V5' }, { auditor: 'a2V5' }])
    expect((await findNamed([change], { atHand: false })).messages).toEqual([
      'the audit-addendum 1 has no Ed25519 signature of an auditor',
    ]);
  expect((await findNamed([{}, { number: 3 }])).messages).toEqual([
    'of the audit-addenda there are only the numbers 1, 3',
  ]);
  expect((await findNamed([{}], { more: true })).messages).toEqual([
    'no audit-addendum names the report other.json',
  ]);
});

function randomSignature(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return sign(null, Buffer.from('another report'), privateKey).toString('base64url');
}
