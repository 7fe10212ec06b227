import { expect, jest, test } from '@jest/globals';
import { harmlessHalves, type Mutant, mutants } from './mutants.ts';
import { simulate } from './simulate.ts';

async function firstFinding(mutant: Mutant, seeds: number) {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const run = await simulate(seed, mutant);
    if (run.failures.length > 0) return run;
  }
  return undefined;
}

test('every invariant holds in a handful of seeds', async () => {
  for (let seed = 1; seed <= 10; seed += 1)
    expect(await simulate(seed)).toMatchObject({ seed, failures: [] });
}, 60_000);

test('a seed gives the same run again, to the last event, and another seed another one', async () => {
  const [first, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
  expect(again).toEqual(first);
  expect(other.digest).not.toBe(first.digest);
}, 30_000);

test('nothing in a run asks for the real time or for real chance', async () => {
  const leak = (what: string) => () => {
    throw new Error(`${what} is not the seed's`);
  };
  const spies = [
    jest.spyOn(Date, 'now').mockImplementation(leak('Date.now')),
    jest.spyOn(Math, 'random').mockImplementation(leak('Math.random')),
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(leak('setTimeout')),
    jest.spyOn(AbortSignal, 'timeout').mockImplementation(leak('AbortSignal.timeout')),
  ];
  try {
    expect(await simulate(9)).toMatchObject({ failures: [] });
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}, 30_000);

test('a vote that a refused write has left on the disk all the same is appended, though no other vote comes', async () => {
  expect(await simulate(165)).toMatchObject({ failures: [] });
}, 30_000);

const invariantsOf: Readonly<Record<string, string>> = {
  'mark in Redis before the transaction': 'INV-2',
  'commit offsets first': 'INV-2',
  'no fence': 'INV-11',
  'resolve an append before its confirmation': 'INV-1',
  'first arrival wins between revisions': 'INV-2',
  'answer before the local queue is on the disk': 'INV-1',
  'remove from the local queue before the confirmation': 'INV-1',
};

test.each(mutants.map(mutant => [mutant.name, mutant] as const))(
  'the simulation finds the mutant "%s"',
  async (name, mutant) => {
    const run = await firstFinding(mutant, 100);
    expect(run?.failures.map(({ invariant }) => invariant)).toContain(invariantsOf[name]);
  },
  60_000,
);

test.each(harmlessHalves.map(mutant => [mutant.name, mutant] as const))(
  'one half of that mistake alone loses nothing: %s',
  async (_name, mutant) => {
    expect(await firstFinding(mutant, 25)).toBeUndefined();
  },
  60_000,
);
