import { formatCount, formatShare } from '../format.ts';
import { say } from '../language/say.ts';
import type { FlowShape, Stage, Station } from './flow-shape.ts';
import { sayWatch } from './say.ts';

const STAGES: readonly Stage[] = ['ingestion', 'partitions', 'processors'];

/** What the picture shows, in numbers. */
export function FlowTables({ shape }: { shape: FlowShape }) {
  return (
    <div className="flow-tables">
      {STAGES.map(stage => (
        <StageTable
          key={stage}
          stage={stage}
          all={shape.votes}
          stations={shape.stations.filter(station => station.stage === stage)}
        />
      ))}
    </div>
  );
}

function StageTable({ stage, stations, all }: { stage: Stage; stations: readonly Station[]; all: number }) {
  const hasLag = stage === 'partitions';
  return (
    <table>
      <caption>{sayWatch(`flow.${stage}`)}</caption>
      <thead>
        <tr>
          <th scope="col">{sayWatch(hasLag ? 'flow.partition' : 'flow.instance')}</th>
          <th scope="col" className="number">
            {say('results.votes-head')}
          </th>
          <th scope="col" className="number">
            {hasLag ? sayWatch('flow.lag-head') : say('results.share')}
          </th>
        </tr>
      </thead>
      <tbody>
        {stations.map(({ id, name, votes, lagRecords }) => (
          <tr key={id}>
            <th scope="row">
              <bdi>{name ?? sayWatch('flow.nobody')}</bdi>
            </th>
            <td className="number">{formatCount(votes)}</td>
            <td className="number">
              {hasLag
                ? (lagRecords ?? null) === null
                  ? sayWatch('flow.unknown')
                  : formatCount(lagRecords ?? 0)
                : formatShare(all === 0 ? 0 : votes / all)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
