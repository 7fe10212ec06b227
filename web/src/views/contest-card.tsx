import { memo } from 'react';
import type { Contest } from '../api/schemas.ts';
import { say } from '../language/say.ts';
import { useSpokenLanguage } from '../language/use-spoken-language.ts';
import { countBlank, type Row } from '../live/shares.ts';
import { ContestChart } from './contest-chart.tsx';
import { ContestTable } from './contest-table.tsx';

export type Presentation = 'chart' | 'table';

type Props = {
  contest: Contest;
  title: { title: string; lang: string };
  rows: readonly Row[];
  counted: number;
  provisional: boolean;
  presentation: Presentation;
};

/** One contest: its rows as a chart or as a table, and what the shares are shares of. */
export const ContestCard = memo(function ContestCard(props: Props) {
  useSpokenLanguage();
  const { contest, title, rows, counted, provisional, presentation } = props;
  const blank = countBlank(contest, rows, counted);
  const heading = `contest-${contest.id}`;
  const View = presentation === 'chart' ? ContestChart : ContestTable;
  return (
    <section className="card contest" aria-labelledby={heading}>
      <h3 id={heading} lang={title.lang}>
        {title.title}
      </h3>
      <View title={title.title} rows={rows} provisional={provisional} />
      <p className="note">
        {say('results.shares-of', { count: counted })}
        {contest.maxSelections > 1
          ? ` ${say('results.several-marks', { max: contest.maxSelections })}`
          : null}
        {blank === null || blank === 0 ? null : ` ${say('results.blank', { count: blank })}`}
      </p>
    </section>
  );
});
