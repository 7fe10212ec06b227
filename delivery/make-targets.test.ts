import { expect, test } from '@jest/globals';
import { judgeMake, parseMake, readTargets } from './make-targets.ts';

const targets = readTargets(`LOAD := $(if $(RATE),--rate $(RATE))
load: setup ## load (RATE=200)
	@node load.ts $(LOAD) \\
	  $(if $(OPEN),--open)

check:
	@tools/check.sh
`);

function judge(text: string): string[] | undefined {
  const command = parseMake(text);
  return command && judgeMake(command, targets);
}

test('a command that make would take is taken', () => {
  expect(judge('make load RATE=5 OPEN=1')).toEqual([]);
  expect(judge('SUFFRAGE_CACHE=/x make check load')).toEqual([]);
  expect(judge("make load RATE='1 2' # as you like")).toEqual([]);
  expect(judge('make load OPEN=1; and again')).toEqual([]);
});

test('a target that is not there, and a variable that nobody reads, are told', () => {
  expect(judge('make lode')).toEqual(['there is no target lode']);
  expect(judge('make check RATE=5')).toEqual(['check does not read RATE']);
  expect(judge('make load RATES=5')).toEqual(['load does not read RATES']);
});

test('what only speaks of making is no command', () => {
  expect(parseMake('cmake -B build')).toBeUndefined();
  expect(parseMake('we make load')).toBeUndefined();
});
