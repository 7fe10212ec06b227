import { memo } from 'react';
import type { Contest } from '../api/schemas.ts';
import { formatVotes } from '../format.ts';
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
        Shares are of {formatVotes(counted)} counted.
        {contest.maxSelections > 1
          ? ` A vote may mark up to ${contest.maxSelections} options, so shares can add up to more than 100%.`
          : null}
        {blank === null || blank === 0 ? null : ` ${formatVotes(blank)} marked no option.`}
      </p>
    </section>
  );
});
