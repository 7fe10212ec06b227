import { type CSSProperties, useRef } from 'react';
import { formatAxis, formatCount, formatShare } from '../format.ts';
import { useGliding } from '../hooks.ts';
import { say } from '../language/say.ts';
import { type Axis, axisFor, type Row } from '../live/shares.ts';
import { standingWord } from './standing-word.ts';

type Props = { rows: readonly Row[]; provisional: boolean };

/** Bars from 0 on one axis. Each row says in text what its bar shows. */
export function ContestChart({ rows, provisional }: Props) {
  const list = useRef<HTMLOListElement>(null);
  useGliding(list, rows.map(({ id }) => id).join(' '));
  const axis = axisFor(Math.max(0, ...rows.map(({ share }) => share)));
  return (
    <div className="chart" style={custom({ '--steps': axis.steps })}>
      <ol ref={list}>
        {rows.map(row => (
          <ChartRow key={row.id} row={row} axis={axis} provisional={provisional} />
        ))}
      </ol>
      <AxisLabels axis={axis} />
    </div>
  );
}

function ChartRow({ row, axis, provisional }: { row: Row; axis: Axis; provisional: boolean }) {
  const word = standingWord(row.standing, provisional);
  return (
    <li className="row" data-row={row.id} data-standing={row.standing ?? 'behind'}>
      <span className="row-title">
        <span lang={row.lang}>{row.title}</span>
        {word === null ? null : <span className="ahead">{word}</span>}
      </span>
      <span className="row-votes">
        {formatCount(row.votes)}
        <span className="unseen"> {say('results.votes-word', { count: row.votes })}</span>
      </span>
      <span className="row-share">{formatShare(row.share)}</span>
      <span className="row-bar" aria-hidden="true">
        <span className="bar" style={custom({ '--length': `${(100 * row.share) / axis.end}%` })} />
      </span>
    </li>
  );
}

function AxisLabels({ axis: { end, steps } }: { axis: Axis }) {
  return (
    <div className="axis" aria-hidden="true">
      <div>
        {Array.from({ length: steps + 1 }, (_, step) => (
          <span key={step} style={custom({ '--at': `${(100 * step) / steps}%` })}>
            {formatAxis((end * step) / steps)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** React sets custom properties one by one through the object model, which the Content-Security-Policy allows. */
function custom(properties: Readonly<Record<`--${string}`, string | number>>): CSSProperties {
  return properties;
}
