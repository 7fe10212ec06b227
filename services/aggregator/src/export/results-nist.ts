import type { ElectionDefinition, LocalizedText } from '@suffrage/contracts/election';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { type Since, textOf, textsBeside } from './texts.ts';

const UNIT = 'gp-election';

/**
 * The results in the shape of NIST SP 1500-100 (version 2, JSON): one reporting unit, each contest with its selections.
 * Ours are options of any kind, so every contest is a BallotMeasureContest; what the standard asks of candidates and
 * parties we do not have.
 */
export function resultsNist(
  definition: ElectionDefinition,
  results: ResultsDocument,
  since: Since = {},
): object {
  const notes = textsBeside(definition, since);
  return {
    '@type': 'ElectionResults.ElectionReport',
    Format: 'summary-contest',
    GeneratedDate: results.statedAt,
    Issuer: definition.issuerName,
    IssuerAbbreviation: definition.issuerName,
    SequenceStart: 1,
    SequenceEnd: 1,
    Status: 'unofficial-complete',
    VendorApplicationId: 'Suffrage',
    ...(notes.length > 0 ? { Notes: notes.join('\n') } : {}),
    GpUnit: [
      {
        '@id': UNIT,
        '@type': 'ElectionResults.ReportingUnit',
        Name: internationalized(definition.title),
        Type: 'other',
        OtherType: 'electorate',
        VotersParticipated: results.counted,
        ...(results.issued?.roll === undefined ? {} : { VotersRegistered: results.issued.roll }),
      },
    ],
    Election: [
      {
        '@type': 'ElectionResults.Election',
        Name: internationalized(definition.title),
        ElectionScopeId: UNIT,
        StartDate: results.opensAt.slice(0, 10),
        EndDate: results.closesAt.slice(0, 10),
        Type: 'other',
        OtherType: 'online',
        BallotCounts: [
          {
            '@type': 'ElectionResults.BallotCounts',
            GpUnitId: UNIT,
            BallotsCast: results.counted,
            Type: 'total',
          },
        ],
        Contest: (results.contests ?? []).map((contest, place) => nistContest(definition, contest, place)),
      },
    ],
  };
}

type ContestResults = NonNullable<ResultsDocument['contests']>[number];

function nistContest(definition: ElectionDefinition, results: ContestResults, place: number): object {
  const contest = definition.contests[place];
  return {
    '@id': `contest-${results.id}`,
    '@type': 'ElectionResults.BallotMeasureContest',
    Name: contest ? textOf(contest.title) : results.id,
    BallotTitle: internationalized(contest?.title ?? {}),
    ElectionDistrictId: UNIT,
    OtherCounts: [
      {
        '@type': 'ElectionResults.OtherCounts',
        GpUnitId: UNIT,
        Overvotes: 0,
        Undervotes: results.undervotes,
      },
    ],
    ContestSelection: results.options.map(({ id, votes }, index) => ({
      '@id': `option-${results.id}-${id}`,
      '@type': 'ElectionResults.BallotMeasureSelection',
      SequenceOrder: index + 1,
      Selection: internationalized(contest?.options[index]?.title ?? {}),
      VoteCounts: [{ '@type': 'ElectionResults.VoteCounts', GpUnitId: UNIT, Count: votes, Type: 'total' }],
    })),
  };
}

function internationalized(texts: LocalizedText): object {
  return {
    '@type': 'ElectionResults.InternationalizedText',
    Text: Object.entries(texts).map(([language, content]) => ({
      '@type': 'ElectionResults.LanguageString',
      Language: language,
      Content: content,
    })),
  };
}
