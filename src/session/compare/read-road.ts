import type { LabEvent, LogReader } from '../../../workers/protocol/log-format.ts';
import { textField } from '../event-access.ts';
import { foldTasks, initialTasks, taskName } from '../fold-tasks.ts';
import type { Part, Step } from './steps.ts';

/** When a step happened on one road, and who did it. */
export interface Moment {
  readonly event: LabEvent;
  readonly label: string;
  /** Task that ran it; QEMU where no task did. */
  readonly runner: string;
  /** Nanoseconds since the part's first step. */
  readonly after: number;
}

/**
 * `alike`: the same, but run by another kind of task, or by code of the architecture's own; `one`: only one road has the
 * step.
 */
export type Verdict = 'same' | 'alike' | 'differs' | 'one';

export interface ComparedStep {
  readonly step: Step;
  readonly gpe: Moment | undefined;
  readonly ged: Moment | undefined;
  readonly verdict: Verdict;
}

/** The moments of a part's steps in the log of a machine on this road. */
export function readRoad(log: LogReader, part: Part, road: keyof Step['on']): ReadonlyMap<Step['name'], Moment> {
  const found = new Map<Step['name'], Moment>();
  const tasks = initialTasks();
  let given = false;
  let start: LabEvent | undefined;
  for (const event of log.from()) {
    foldTasks(tasks, event);
    if (event.kind === 'input') {
      if (given) break;
      given = textField(event, 'text') === part.input;
    }
    if (!given) continue;
    for (const { name, on } of part.steps) {
      const matcher = on[road];
      if (matcher?.kind !== event.kind || !matcher.test(event)) continue;
      start ??= event;
      const known = found.get(name);
      const first = known?.event ?? event;
      found.set(name, {
        event: first,
        label: matcher.label(first, event),
        runner: known?.runner ?? taskName(tasks, event.task),
        after: first.time - start.time,
      });
    }
  }
  return found;
}

/** Tasks of a kind have one name but for their numbers: `kworker/0:2`, `swapper/1`. */
const kindOfTask = (name: string): string => name.replace(/\d+/g, 'N');

function verdictOf({ alike }: Step, gpe: Moment | undefined, ged: Moment | undefined): Verdict {
  if (!gpe || !ged) return 'one';
  if (gpe.label !== ged.label) return 'differs';
  return alike || kindOfTask(gpe.runner) !== kindOfTask(ged.runner) ? 'alike' : 'same';
}

/** The steps of a part as two machines took them, side by side. What neither took is left out. */
export function compareRoads(x86: LogReader, arm64: LogReader, part: Part): readonly ComparedStep[] {
  const left = readRoad(x86, part, 'gpe');
  const right = readRoad(arm64, part, 'ged');
  return part.steps.flatMap((step) => {
    const gpe = left.get(step.name);
    const ged = right.get(step.name);
    return gpe || ged ? [{ step, gpe, ged, verdict: verdictOf(step, gpe, ged) }] : [];
  });
}
