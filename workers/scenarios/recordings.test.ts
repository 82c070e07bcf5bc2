import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { replay } from '../cli/replay.ts';
import { compareRecording, FACETS, type Recording } from './compare-recording.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(`../recordings/${name}.json`, import.meta.url));
const read = (name: string): Recording => JSON.parse(readFileSync(pathOf(name), 'utf8')) as Recording;

describe('what the machine shows is what the recorded machine did', () => {
  test('q35-cpu-plug: hot-add, online, offline, online, unplug', () => {
    const result = compareRecording(read('q35-cpu-plug'), JSON.parse(replay(pathOf('q35-cpu-plug'))) as Recording);
    expect(result.differences).toEqual([]);
    expect(result.scores.trace).toBeGreaterThanOrEqual(0.95);
  });

  test('q35-sysfs-errors: the CPU part of sysfs', () => {
    const result = compareRecording(
      read('q35-sysfs-errors'),
      JSON.parse(replay(pathOf('q35-sysfs-errors'))) as Recording,
    );
    expect(result.overall).toBeGreaterThanOrEqual(0.8);
  });
});

describe('the comparison itself', () => {
  const recording = read('q35-cpu-plug');

  test('a recording agrees with itself in every facet', () => {
    const { scores } = compareRecording(recording, recording);
    expect(FACETS.map((facet) => scores[facet])).toEqual(FACETS.map(() => 1));
  });

  test('a replay without steps disagrees', () => {
    expect(compareRecording(recording, { steps: [] }).overall).toBeLessThan(0.5);
  });
});
