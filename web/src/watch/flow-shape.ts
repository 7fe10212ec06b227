import type { Flow } from '../api/schemas.ts';

/** Where votes pass, in the order in which they pass it. */
export type Stage = 'ingestion' | 'partitions' | 'processors';

export type Station = {
  readonly id: string;
  readonly stage: Stage;
  /** Name of a process, or numbers of partitions such as `3` or `0–15`; `null`: nobody has these partitions. */
  readonly name: string | null;
  readonly votes: number;
  /** Of partitions; `null` while it is not known. */
  readonly lagRecords?: number | null;
};

export type Way = { readonly from: string; readonly to: string; readonly votes: number };

/** What the picture shows, and the tables say: stations by stage, and the votes between them. */
export type FlowShape = {
  readonly stations: readonly Station[];
  readonly ways: readonly Way[];
  readonly votes: number;
};

type Partition = Flow['partitions'][number];

/** @param maxPartitions more than these are shown in groups of neighbours. */
export function flowShape(
  { window, partitions }: Pick<Flow, 'window' | 'partitions'>,
  maxPartitions: number,
): FlowShape {
  const flows = window?.flows ?? [];
  const groups = groupPartitions(partitions, maxPartitions);
  const groupOf = new Map(groups.flatMap(group => group.members.map(one => [one.partition, group] as const)));
  const processorOf = new Map(partitions.map(({ partition, processor }) => [partition, processor] as const));
  const ways = new Map<string, Way>();
  const votesAt = new Map<string, number>();
  const pass = (from: string, to: string, votes: number) => {
    const key = `${from} ${to}`;
    ways.set(key, { from, to, votes: votes + (ways.get(key)?.votes ?? 0) });
  };
  const count = (id: string, votes: number) => votesAt.set(id, votes + (votesAt.get(id) ?? 0));
  for (const { instance, partition, votes } of flows) {
    const group = groupOf.get(partition);
    if (!group) continue;
    const processor = processorId(processorOf.get(partition) ?? null);
    pass(ingestionId(instance), group.id, votes);
    pass(group.id, processor, votes);
    for (const id of [ingestionId(instance), group.id, processor]) count(id, votes);
  }
  const votesOf = (id: string) => votesAt.get(id) ?? 0;
  const processes = (
    stage: Stage,
    names: readonly (string | null)[],
    idOf: (name: string | null) => string,
  ) => byName(names).map(name => ({ id: idOf(name), stage, name, votes: votesOf(idOf(name)) }));
  return {
    stations: [
      ...processes(
        'ingestion',
        flows.map(({ instance }) => instance),
        name => ingestionId(name ?? ''),
      ),
      ...groups.map(({ id, name, members }) => ({
        id,
        stage: 'partitions' as const,
        name,
        votes: votesOf(id),
        lagRecords: sumLag(members),
      })),
      ...processes(
        'processors',
        partitions.map(({ processor }) => processor),
        processorId,
      ),
    ],
    ways: [...ways.values()],
    votes: flows.reduce((sum, { votes }) => sum + votes, 0),
  };
}

const ingestionId = (instance: string) => `ingestion ${instance}`;
const processorId = (name: string | null) => `processor ${name ?? ''}`;

/** Each once, by name, numbers in it by their size; what has none last. */
function byName(names: readonly (string | null)[]): (string | null)[] {
  return [...new Set(names)].toSorted((a, b) => {
    if (a === null || b === null) return a === b ? 0 : Number(a === null) - Number(b === null);
    return a.localeCompare(b, 'en', { numeric: true });
  });
}

function groupPartitions(partitions: readonly Partition[], most: number) {
  const size = Math.ceil(partitions.length / most);
  const groups = Array.from({ length: size === 0 ? 0 : Math.ceil(partitions.length / size) }, (_, index) =>
    partitions.slice(index * size, (index + 1) * size),
  );
  return groups.map(members => {
    const [first, last] = [members[0]?.partition ?? 0, members.at(-1)?.partition ?? 0];
    return {
      id: `partition ${first}`,
      name: first === last ? String(first) : `${first}–${last}`,
      members,
    };
  });
}

/** `null` while one of them is not known. */
export function sumLag(partitions: readonly Pick<Partition, 'lagRecords'>[]): number | null {
  if (partitions.length === 0 || partitions.some(({ lagRecords }) => lagRecords === null)) return null;
  return partitions.reduce((sum, { lagRecords }) => sum + (lagRecords ?? 0), 0);
}

/** The least and the greatest share that a station of a stage has of all votes; `null` without votes. */
export function balanceOf(
  { stations, votes }: FlowShape,
  stage: Stage,
): { least: number; most: number } | null {
  const shares = stations.filter(station => station.stage === stage).map(station => station.votes / votes);
  return votes === 0 || shares.length === 0
    ? null
    : { least: Math.min(...shares), most: Math.max(...shares) };
}
