import { formatCount, formatShare } from '../format.ts';
import { say } from '../language/say.ts';
import type { Row } from '../live/shares.ts';
import { standingWord } from './standing-word.ts';

type Props = { title: string; rows: readonly Row[]; provisional: boolean };

export function ContestTable({ title, rows, provisional }: Props) {
  return (
    <table>
      <caption className="unseen">{say('results.table', { title })}</caption>
      <thead>
        <tr>
          <th scope="col">{say('results.option')}</th>
          <th scope="col" className="number">
            {say('results.votes-head')}
          </th>
          <th scope="col" className="number">
            {say('results.share')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row.id} data-standing={row.standing ?? 'behind'}>
            <th scope="row">
              <span lang={row.lang}>{row.title}</span>{' '}
              <span className="ahead">{standingWord(row.standing, provisional)}</span>
            </th>
            <td className="number">{formatCount(row.votes)}</td>
            <td className="number">{formatShare(row.share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
