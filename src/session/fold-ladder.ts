import type { LabEvent } from '../../workers/protocol/log-format.ts';
import type { CpuhpStateInfo } from '../../workers/protocol/machine-api.ts';
import { isReset, numberField, textField } from './event-access.ts';

/** What runs for a CPU right now: between cpuhp_enter and cpuhp_exit. */
export interface RunningStep {
  readonly step: number;
  readonly callback: string;
  readonly task: number;
  readonly vcpu: number;
  readonly sequence: number;
}

export interface FailedStep {
  readonly step: number;
  readonly callback: string;
  /** Negative errno. */
  readonly ret: number;
  readonly sequence: number;
}

export interface LadderCpu {
  readonly cpu: number;
  /** Position on the ladder: a number of the profile's state table. */
  state: number;
  target: number;
  /** `resting` once the state is the target. */
  direction: 'up' | 'down' | 'resting';
  /** Innermost callback last: `cpuhp_kick_ap_work` runs on one CPU while its steps run on another. */
  /** `up` or `down`: the way that it went before it came to rest. */
  lastDirection: LadderCpu['direction'];
  readonly running: RunningStep[];
  /** The last callback that ran, kept after its end. */
  lastStep: RunningStep | undefined;
  failed: FailedStep | undefined;
  /** It turned round on its way: what was done is being undone, or has been. */
  rolledBack: boolean;
  /** Sequence number of the last change. */
  changedAt: number;
}

/** Each CPU's place on the cpuhp ladder: fold of `cpuhp_*`. */
export interface LadderState {
  readonly cpus: Map<number, LadderCpu>;
  /** The CPU that moved last, -1 before any has. */
  lastMoved: number;
  /** The last event at which a CPU turned round, -1 before any has. */
  turnedAt: number;
}

export function initialLadder(): LadderState {
  return { cpus: new Map(), lastMoved: -1, turnedAt: -1 };
}

function cpuOf(state: LadderState, cpu: number): LadderCpu {
  const known = state.cpus.get(cpu);
  if (known) return known;
  const made: LadderCpu = {
    cpu,
    state: 0,
    target: 0,
    direction: 'resting',
    lastDirection: 'resting',
    running: [],
    lastStep: undefined,
    failed: undefined,
    rolledBack: false,
    changedAt: -1,
  };
  state.cpus.set(cpu, made);
  return made;
}

export function foldLadder(state: LadderState, event: LabEvent): boolean {
  if (isReset(event)) {
    state.cpus.clear();
    state.lastMoved = -1;
    state.turnedAt = -1;
    return true;
  }
  switch (event.kind) {
    case 'cpuhp_state': {
      const cpu = cpuOf(state, numberField(event, 'cpu'));
      const isFirst = cpu.changedAt < 0;
      const target = numberField(event, 'target');
      const from = numberField(event, 'state');
      const before = cpu.direction;
      if (before !== 'resting') cpu.lastDirection = before;
      cpu.state = from;
      cpu.target = target;
      // The CPU that boots is put at the top without a target: it does not go down.
      cpu.direction = target > from ? 'up' : target < from && !isFirst ? 'down' : 'resting';
      // The way down rests at the state in which the CPU's own thread hands over to the control CPU.
      const goesOn = cpu.rolledBack && cpu.direction === cpu.lastDirection;
      if (before === 'resting' && cpu.direction !== 'resting' && !goesOn) {
        cpu.failed = undefined;
        cpu.rolledBack = false;
      } else if (before !== cpu.direction && before !== 'resting' && cpu.direction !== 'resting') {
        // A state is left before its teardown runs, and entered before its startup: the one that failed is the upper.
        const step = cpu.direction === 'up' ? from : from + 1;
        cpu.failed ??= { step, callback: '', ret: 0, sequence: event.sequence };
        cpu.rolledBack = true;
        state.turnedAt = event.sequence;
      }
      break;
    }
    case 'cpuhp_enter':
    case 'cpuhp_multi_enter': {
      const cpu = cpuOf(state, numberField(event, 'cpu'));
      const running: RunningStep = {
        step: numberField(event, 'step'),
        callback: textField(event, 'fn'),
        task: event.task,
        vcpu: event.vcpu,
        sequence: event.sequence,
      };
      cpu.running.push(running);
      cpu.lastStep = running;
      break;
    }
    case 'cpuhp_exit': {
      const cpu = cpuOf(state, numberField(event, 'cpu'));
      const step = numberField(event, 'step');
      const ret = numberField(event, 'ret');
      const at = cpu.running.findLastIndex((running) => running.step === step);
      const [ended] = at < 0 ? [] : cpu.running.splice(at, 1);
      // After a rollback the error goes up through the callers: it is the failed state's own.
      if (ret < 0 && cpu.rolledBack && cpu.failed) cpu.failed = { ...cpu.failed, ret: cpu.failed.ret || ret };
      else if (ret < 0) cpu.failed = { step, callback: ended?.callback ?? '', ret, sequence: event.sequence };
      break;
    }
    default:
      return false;
  }
  const moved = cpuOf(state, numberField(event, 'cpu'));
  moved.changedAt = event.sequence;
  state.lastMoved = moved.cpu;
  return true;
}

/** The state's row in the profile's table, or the highest named one below it: states between rows have no name. */
export function namedState(states: readonly CpuhpStateInfo[], state: number): CpuhpStateInfo | undefined {
  return states.findLast((row) => row.state <= state);
}
