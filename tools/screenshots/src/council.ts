import type { ElectionDefinition } from '@suffrage/contracts/election';
import { castBallots } from '@suffrage/demo/cast-ballots';
import type { LocalStack } from '@suffrage/demo/local-stack';
import { planSendings, seeded } from '@suffrage/demo/plan';

const SEED = 7;
const VOTERS = 8;

const option = (id: string, en: string, de: string) => ({ id, title: { en, de } });

/** A town's election with a contest of one mark and one of several. */
export function councilDraft(id: string, openMillis: number) {
  return {
    id,
    title: { en: 'Riverside town election', de: 'Gemeindewahl Riverside' },
    contests: [
      {
        id: 'mayor',
        title: { en: 'Mayor', de: 'Bürgermeisteramt' },
        minSelections: 0,
        maxSelections: 1,
        options: [
          option('okafor', 'Amara Okafor', 'Amara Okafor'),
          option('lindqvist', 'Johan Lindqvist', 'Johan Lindqvist'),
          option('moreau', 'Claire Moreau', 'Claire Moreau'),
        ],
      },
      {
        id: 'budget',
        title: { en: 'What should the town pay for first?', de: 'Was soll zuerst bezahlt werden?' },
        minSelections: 0,
        maxSelections: 2,
        options: [
          option('library', 'A new library', 'Eine neue Bücherei'),
          option('bridge', 'Repairing the bridge', 'Reparatur der Brücke'),
          option('trees', 'Trees along the river', 'Bäume am Fluss'),
          option('buses', 'More evening buses', 'Mehr Busse am Abend'),
        ],
      },
    ],
    mode: 'secret',
    eligibility: 'open',
    revote: 'none',
    opensAt: new Date().toISOString(),
    closesAt: new Date(Date.now() + openMillis).toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
  };
}

/** Favoured unevenly, so that bars differ. */
const MAYORS = ['okafor', 'okafor', 'okafor', 'lindqvist', 'lindqvist', 'moreau'];
const BUDGETS = [['library', 'trees'], ['bridge'], ['library', 'buses'], ['trees', 'bridge'], ['library']];

/** So many votes from elsewhere. @throws when one is not accepted. */
export async function castMany(
  stack: LocalStack,
  definition: ElectionDefinition,
  count: number,
): Promise<void> {
  const cast = await castBallots({
    stack,
    definition,
    sendings: planSendings(count, stack.ingestionUrls.length, seeded(SEED)),
    markedBy: ballot => ({
      mayor: [MAYORS[ballot % MAYORS.length] ?? ''],
      budget: BUDGETS[ballot % BUDGETS.length] ?? [],
    }),
    voters: VOTERS,
    onProgress: () => undefined,
  });
  const [problem] = cast.problems;
  if (problem !== undefined) throw new Error(`a vote was not accepted: ${problem}`);
}
