import type { Election, Snapshot } from '../api/schemas.ts';
import { type Language } from '../language/languages.ts';
import { spokenLanguage } from '../language/say.ts';
import { rankOptions } from '../live/shares.ts';
import { preferredLanguages, textIn } from '../text.ts';

/** Each contest of the ballot with its options, most votes first. */
export function rankContests(
  { contests }: Election['definition'],
  snapshot: Snapshot | null,
  language: Language = spokenLanguage(),
) {
  const languages = preferredLanguages(language);
  return contests.map(contest => {
    const tally = snapshot?.contests?.find(({ id }) => id === contest.id);
    const rows = rankOptions(contest, tally, snapshot?.counted ?? 0, languages);
    return { contest, title: textIn(contest.title, languages), rows };
  });
}
