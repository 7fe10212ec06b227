import { GridRows } from '@visx/grid';
import { AreaClosed, LinePath } from '@visx/shape';
import { type CSSProperties, useMemo } from 'react';
import { paths } from '../api/fetch.ts';
import { courseSchema, type Snapshot } from '../api/schemas.ts';
import { formatClock, formatCount } from '../format.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import type { Presentation } from '../views/contest-card.tsx';
import {
  type CourseShape,
  HEIGHT,
  joinCourse,
  type Mark,
  pickMarks,
  shapeOf,
  WIDTH,
} from './course-shape.ts';
import { sayWatch } from './say.ts';

const REFRESH_MILLIS = 20_000;
const TABLE_ROWS = 12;

type Props = {
  id: string;
  timeZone: string;
  snapshot: Snapshot;
  presentation: Presentation;
};

/** How many votes were counted when: what the results service remembers, and what has come since. */
export function CourseCard({ id, timeZone, snapshot, presentation }: Props) {
  const loaded = useDocument(paths.course(id), courseSchema, REFRESH_MILLIS);
  const points = loaded.status === 'ready' ? loaded.value.points : undefined;
  const marks = useMemo(() => {
    const remembered = (points ?? []).map(({ at, counted }) => ({ at: Date.parse(at), counted }));
    return joinCourse(remembered, [newestOf(snapshot, remembered)]);
  }, [points, snapshot]);
  const shape = shapeOf(marks);
  return (
    <section className="card contest" aria-labelledby="course">
      <h3 id="course">{sayWatch('course.title')}</h3>
      {shape === null ? <p className="soft">{sayWatch('course.few')}</p> : null}
      {shape !== null && presentation === 'chart' ? <Chart {...{ shape, marks, timeZone }} /> : null}
      {shape !== null && presentation === 'table' ? <Table {...{ marks, timeZone }} /> : null}
    </section>
  );
}

/** What comes after the final totals is their repetition. */
function newestOf({ asOf, counted, provisional }: Snapshot, remembered: readonly Mark[]): Mark {
  const last = remembered.at(-1);
  return !provisional && last?.counted === counted ? last : { at: Date.parse(asOf), counted };
}

type ChartProps = { shape: CourseShape; marks: readonly Mark[]; timeZone: string };

function Chart({ shape: { x, y, counts, instants }, marks, timeZone }: ChartProps) {
  const clock = clockOf(marks, timeZone);
  const [first, last] = [marks[0], marks.at(-1)];
  const label = sayWatch('course.label', {
    from: clock(first?.at ?? 0),
    to: clock(last?.at ?? 0),
    first: formatCount(first?.counted ?? 0),
    last: formatCount(last?.counted ?? 0),
  });
  const course = {
    data: [...marks],
    x: ({ at: instant }: Mark) => x(instant),
    y: ({ counted }: Mark) => y(counted),
  };
  return (
    <figure className="course" role="img" aria-label={label} dir="ltr" data-testid="course">
      <div className="course-counts" aria-hidden="true">
        {counts.map(count => (
          <span key={count} style={placed(y(count) / HEIGHT)}>
            {formatCount(count)}
          </span>
        ))}
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <GridRows className="grid" scale={y} width={WIDTH} tickValues={[...counts]} />
        <AreaClosed className="area" yScale={y} {...course} />
        <LinePath className="line" {...course} />
      </svg>
      <div className="course-instants" aria-hidden="true">
        {instants.map(instant => (
          <span key={instant} style={placed(x(instant) / WIDTH)}>
            {clock(instant)}
          </span>
        ))}
      </div>
    </figure>
  );
}

function Table({ marks, timeZone }: { marks: readonly Mark[]; timeZone: string }) {
  const clock = clockOf(marks, timeZone);
  return (
    <table>
      <caption className="unseen">{sayWatch('course.title')}</caption>
      <thead>
        <tr>
          <th scope="col">{sayWatch('course.time')}</th>
          <th scope="col" className="number">
            {say('results.counted')}
          </th>
        </tr>
      </thead>
      <tbody>
        {pickMarks(marks, TABLE_ROWS).map(({ at: instant, counted }) => (
          <tr key={instant}>
            <th scope="row">{clock(instant)}</th>
            <td className="number">{formatCount(counted)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function clockOf(marks: readonly Mark[], timeZone: string): (instant: number) => string {
  const span = (marks.at(-1)?.at ?? 0) - (marks[0]?.at ?? 0);
  return instant => formatClock(instant, span, timeZone);
}

function placed(place: number): CSSProperties & Record<'--at', string> {
  return { '--at': `${100 * place}%` };
}
