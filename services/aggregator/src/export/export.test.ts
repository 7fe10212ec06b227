import { expect, test } from '@jest/globals';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import {
  auditAddendumSchema,
  type ResultsDocument,
  resultsDocumentSchema,
} from '@suffrage/contracts/official';
import { ballot, definition } from '../../test/definitions.ts';
import { resultsCsv } from './results-csv.ts';
import { resultsNist } from './results-nist.ts';
import { resultsPdf } from './results-pdf.ts';

function made(options: number, contests = 2): { defined: ElectionDefinition; results: ResultsDocument } {
  const names = Array.from({ length: options }, (_, index) => `option-${index}`);
  const all = Array.from({ length: contests }, (_, index): [string, string[]] => [`contest-${index}`, names]);
  const defined = definition('council', ballot(Object.fromEntries(all)));
  const results = resultsDocumentSchema.parse({
    kind: 'results',
    electionId: 'council',
    ballotHash: 'a2V5',
    definitionHash: 'a2V5',
    statedAt: '2026-05-08T07:00:00Z',
    opensAt: '2026-05-07T07:00:00Z',
    closesAt: '2026-05-07T22:00:00Z',
    counted: 100,
    contests: all.map(([id]) => ({
      id,
      options: names.map((name, index) => ({ id: name, votes: index })),
      undervotes: 3,
      blank: 2,
    })),
    issued: null,
    log: { topic: 'votes', endOffsets: [100] },
    zeroReport: null,
    resultsKeyId: 'a2V5',
    signature: 'a2V5',
  });
  return { defined, results };
}

const OPEN =
  'Open to everybody, without a roll of voters: nothing guarantees that each person voted only once.';

test('CSV has one line for each option, and no text that a spreadsheet runs', () => {
  const { defined, results } = made(2, 1);
  const [contest] = defined.contests;
  if (!contest) throw new Error('there is a contest');
  const titled = { ...defined, contests: [{ ...contest, title: { en: '=1+1, "Mayor"' } }] };
  expect(resultsCsv(titled, results).split('\r\n')).toEqual([
    'contest,contest title,option,option title,votes',
    `contest-0,"'=1+1, ""Mayor""",option-0,option-0,0`,
    `contest-0,"'=1+1, ""Mayor""",option-1,option-1,1`,
    `contest-0,"'=1+1, ""Mayor""",,marks not made,3`,
    `contest-0,"'=1+1, ""Mayor""",,blank votes,2`,
    ',,,votes counted,100',
    `,,,"${OPEN}",`,
    '',
  ]);
});

test('turnout is in CSV and in the NIST report: of the roll, or of the tokens where there is none', () => {
  const { defined, results } = made(1, 1);
  const signed = { electionId: 'council', exact: true, registrarKeyId: 'a2V5', signature: 'a2V5' };
  const onRoll: ElectionDefinition = { ...defined, eligibility: 'roll' };
  const ofRoll = { ...results, issued: { ...signed, issued: 110, roll: 400 } };
  expect(resultsCsv(onRoll, ofRoll).split('\r\n').slice(-5)).toEqual([
    ',,,votes counted,100',
    ',,,tokens given,110',
    ',,,voters on the roll,400',
    ',,,turnout in percent of voters on the roll,25.0',
    '',
  ]);
  expect(resultsNist(onRoll, ofRoll)).toMatchObject({
    GpUnit: [{ VotersParticipated: 100, VotersRegistered: 400 }],
  });
  expect(resultsNist(onRoll, ofRoll)).not.toHaveProperty('Notes');
  const ofTokens = { ...results, issued: { ...signed, issued: 125 } };
  expect(resultsCsv(defined, ofTokens)).toContain(',,,turnout in percent of tokens given,80.0\r\n');
  expect(JSON.stringify(resultsNist(defined, ofTokens))).not.toContain('VotersRegistered');
});

test('the NIST report has each contest with its selections, counts and undervotes', () => {
  const { defined, results } = made(2, 1);
  expect(resultsNist(defined, results)).toMatchObject({
    '@type': 'ElectionResults.ElectionReport',
    Election: [
      {
        BallotCounts: [{ BallotsCast: 100 }],
        Contest: [
          {
            '@id': 'contest-contest-0',
            OtherCounts: [{ Undervotes: 3, Overvotes: 0 }],
            ContestSelection: [
              { '@id': 'option-contest-0-option-0', VoteCounts: [{ Count: 0 }] },
              { '@id': 'option-contest-0-option-1', VoteCounts: [{ Count: 1 }] },
            ],
          },
        ],
      },
    ],
  });
});

/** How many structure elements of each type a PDF has. */
function tagsOf(pdf: Buffer): Record<string, number> {
  const tags: Record<string, number> = {};
  for (const [, tag = ''] of pdf.toString('latin1').matchAll(/\/S \/(\w+)\s/g))
    tags[tag] = (tags[tag] ?? 0) + 1;
  return tags;
}

test('the PDF is tagged: headings, a table of header and data cells for each contest, and charts that say their numbers', async () => {
  const { defined, results } = made(3);
  const pdf = await resultsPdf(defined, results);
  const text = pdf.toString('latin1');
  expect(text.startsWith('%PDF-1.7')).toBe(true);
  expect(text).toContain('/Marked true');
  expect(text).toContain('pdfuaid');
  expect(text).toMatch(/\/Lang \(en\)/);
  expect(text).toContain('/StructTreeRoot');
  expect(text).toContain('/DisplayDocTitle true');
  expect(text).toContain('/Alt (Bar chart: option-0 0, option-1 1, option-2 2)');
  expect(tagsOf(pdf)).toMatchObject({
    Document: 1,
    H1: 1,
    H2: 2,
    P: 4,
    Figure: 2,
    Table: 2,
    TR: 12,
    TH: 14,
    TD: 10,
  });
});

test('a contest of 256 options goes over several pages and leaves none out', async () => {
  const { defined, results } = made(256, 1);
  const pdf = await resultsPdf(defined, results);
  expect(tagsOf(pdf)).toMatchObject({ H2: 1, Table: 1, TR: 259 });
  const alts = [...pdf.toString('latin1').matchAll(/\/Alt \(([^)]*)\)/g)].map(([, alt = '']) => alt);
  expect(alts.join(', ').match(/option-\d+/g)).toHaveLength(256);
  const pages = pdf.toString('latin1').match(/\/Type \/Page\s/g);
  expect(pages?.length).toBeGreaterThan(10);
  expect(pages?.length).toBeLessThan(30);
});

test('results that are hidden are in no export', async () => {
  const { defined, results } = made(2);
  const hidden = { ...results, contests: null };
  expect(resultsCsv(defined, hidden).split('\r\n')).toHaveLength(4);
  expect(JSON.stringify(resultsNist(defined, hidden))).not.toContain('VoteCounts');
  expect(tagsOf(await resultsPdf(defined, hidden))).not.toHaveProperty('Table');
});

const annulled = { at: '2026-05-09T07:00:00Z', reason: 'forged, "roll"' };

test('an annulment, which no signed document can know of, is said in every export', async () => {
  const { defined, results } = made(2);
  const text = `Annulled 2026-05-09T07:00:00Z, the result has no effect: forged, "roll"`;
  expect(resultsCsv(defined, results, { annulled })).toContain(`,,,"${text.replaceAll('"', '""')}",\r\n`);
  expect(resultsNist(defined, results, { annulled })).toMatchObject({ Notes: `${text}\n${OPEN}` });
  expect(tagsOf(await resultsPdf(defined, results, { annulled }))).toMatchObject({ P: 5 });
});

test('an audit’s report, which comes later as well, is in every export with its hash, its auditor and its verdict', async () => {
  const { defined, results } = made(2);
  const addendum = auditAddendumSchema.parse({
    kind: 'audit-addendum',
    electionId: 'council',
    statedAt: '2026-05-09T07:00:00Z',
    results: 'a2V5',
    report: 'aGFzaA',
    auditor: 'YXVkaXRvcg',
    auditorSignature: 'a2V5',
    balances: true,
    resultsKeyId: 'a2V5',
    signature: 'a2V5',
  });
  const text =
    'Audit report named 2026-05-09T07:00:00Z: SHA-256 aGFzaA, signed with the Ed25519 key YXVkaXRvcg. It balances.';
  const failed = { addendum: { ...addendum, balances: false } };
  expect(resultsCsv(defined, results, { addendum })).toContain(`,,,"${text}",\r\n`);
  expect(resultsCsv(defined, results, failed)).toContain('It does not balance.');
  expect(resultsNist(defined, results, { annulled, addendum })).toMatchObject({
    Notes: expect.stringMatching(/^Annulled .*\nAudit report .* It balances\.\nOpen to everybody/),
  });
  expect(tagsOf(await resultsPdf(defined, results, { annulled, addendum }))).toMatchObject({ P: 6 });
});
