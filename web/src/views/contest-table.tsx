import { formatCount, formatShare } from '../format.ts';
import type { Row } from '../live/shares.ts';
import { standingWord } from './standing-word.ts';

type Props = { title: string; rows: readonly Row[]; provisional: boolean };

export function ContestTable({ title, rows, provisional }: Props) {
  return (
    <table>
      <caption className="unseen">{title}: options by votes</caption>
      <thead>
        <tr>
          <th scope="col">Option</th>
          <th scope="col" className="number">
            Votes
          </th>
          <th scope="col" className="number">
            Share
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
