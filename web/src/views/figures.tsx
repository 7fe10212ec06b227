import { formatCount, formatPace } from '../format.ts';
import { say } from '../language/say.ts';
import { pacePerSecond, paceSeries, type ResultsState } from '../live/results-state.ts';
import { Turnout } from '../watch/turnout.tsx';
import { Sparkline } from './sparkline.tsx';

type Props = { id: string; results: ResultsState; now: number };

/** The numbers of the whole election. Those not known yet are said to be so, not shown as 0. */
export function Figures({ id, results: { snapshot, marks }, now }: Props) {
  const pace = pacePerSecond(marks, now);
  const running = snapshot === null || snapshot.provisional;
  return (
    <dl className="figures">
      <div className="figure figure-main">
        <dt>{say('results.counted')}</dt>
        <dd data-testid="counted">{snapshot === null ? <Unknown /> : formatCount(snapshot.counted)}</dd>
      </div>
      <Turnout id={id} counted={snapshot?.counted ?? null} />
      {running ? (
        <div className="figure">
          <dt>{say('results.pace')}</dt>
          <dd>
            {pace === null ? <Unknown /> : formatPace(pace)}
            <Sparkline series={paceSeries(marks, now)} />
          </dd>
        </div>
      ) : null}
      <div className="figure">
        <dt>{say('results.version')}</dt>
        <dd data-testid="version">{snapshot === null ? <Unknown /> : formatCount(snapshot.version)}</dd>
      </div>
    </dl>
  );
}

function Unknown() {
  return (
    <>
      <span aria-hidden="true">–</span>
      <span className="unseen">{say('results.not-known')}</span>
    </>
  );
}
