import type { ElectionDefinition, ElectionDraft } from '@suffrage/contracts/election';
import { openElection, results } from '@suffrage/demo/manager';
import { waitFor } from '@suffrage/stack/wait-for';
import type { Suite } from '@suffrage/test/suite';

const DAY_MILLIS = 86_400_000;

/** Ada or Bo for mayor. Open, and known to every service, when it resolves. */
export async function openSmallElection(
  { stack }: Pick<Suite, 'stack'>,
  id: string,
  own: Partial<ElectionDraft> = {},
): Promise<ElectionDefinition> {
  const definition = await openElection(stack, id, numbered => ({ ...draft(numbered), ...own }));
  await waitFor('the election everywhere', async () => (await results(stack, definition.id)) && true);
  return definition;
}

function draft(id: string) {
  const option = (name: string) => ({ id: name, title: { en: name } });
  return {
    id,
    title: { en: id },
    contests: [
      {
        id: 'mayor',
        title: { en: 'Mayor' },
        minSelections: 1,
        maxSelections: 1,
        options: [option('ada'), option('bo')],
      },
    ],
    mode: 'secret',
    eligibility: 'open',
    revote: 'none',
    opensAt: new Date().toISOString(),
    closesAt: new Date(Date.now() + DAY_MILLIS).toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
  };
}
