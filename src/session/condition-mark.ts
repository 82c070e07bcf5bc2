import type { CpuCondition } from './fold-cpus.ts';

/** The sign of each condition, the same in every view: a shape beside the colour `--possible` … `--failed`. */
export const CONDITION_SHAPE = {
  possible: 'dashed',
  present: 'ring',
  coming: 'up',
  online: 'disc',
  going: 'down',
  failed: 'cross',
} as const satisfies Readonly<Record<CpuCondition, string>>;
