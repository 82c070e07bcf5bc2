import { type LabEvent, type LogChunk, LogReader } from '../../workers/protocol/log-format.ts';
import type { MachineDescription } from '../../workers/protocol/machine-api.ts';
import { type ChainState, initialChain } from './chain-state.ts';
import { isReset, textField } from './event-access.ts';
import { foldChain } from './fold-chain.ts';
import { type CpusState, foldCpus, initialCpus, slotOfCpu } from './fold-cpus.ts';
import { type DevicesState, foldDevices, initialDevices } from './fold-devices.ts';
import { foldLadder, initialLadder, type LadderState } from './fold-ladder.ts';
import { endsWithPrompt, foldTexts, initialTexts, type TextsState } from './fold-log.ts';
import { foldMachine, initialMachine, type MachineState } from './fold-machine.ts';
import { foldMasks, initialMasks, type MasksState } from './fold-masks.ts';
import { type Frame, foldTasks, initialTasks, type TaskState, type TasksState, taskName } from './fold-tasks.ts';
import type { MemoryPart } from './memory-part.ts';
import { type NarrationContext, narrate, type Sentence } from './narration.ts';

/** Which pictures have changed since they were drawn: one counter for each fold. */
export interface Versions {
  readonly cpus: number;
  readonly masks: number;
  readonly ladder: number;
  readonly chain: number;
  readonly tasks: number;
  readonly texts: number;
  readonly narration: number;
  readonly devices: number;
  readonly memory: number;
}

export const NO_VERSIONS: Versions = {
  cpus: 0,
  masks: 0,
  ladder: 0,
  chain: 0,
  tasks: 0,
  texts: 0,
  narration: 0,
  devices: 0,
  memory: 0,
};

/** Events after a command or a write in which its effects begin. */
const ROUND_BEGINS = 300;

/** The steps of the ladder are many and alike. */
const STEP_WEIGHT = 0.5;

/**
 * The event log on the page's side, with the folds that every picture is drawn from. It stands outside React: the
 * folds change in place, and {@link versions} tells which have.
 */
export class LogStore {
  readonly reader = new LogReader();
  readonly cpus: CpusState;
  readonly masks: MasksState = initialMasks();
  readonly ladder: LadderState = initialLadder();
  readonly chain: ChainState = initialChain();
  readonly tasks: TasksState = initialTasks();
  readonly texts: TextsState = initialTexts();
  readonly devices: DevicesState = initialDevices();
  readonly machine: MachineState = initialMachine();
  /** Undefined until its code is there. */
  memory: MemoryPart | undefined;
  sentence: Sentence | undefined;
  /** Sentences so far, weighted by the time that a reader needs for them. */
  told = 0;
  /** The last input that the machine got. */
  lastInput: { readonly channel: string } | undefined;
  /** Task of the last event that had one, for a view that follows what happens. */
  lastTask = 0;
  lastEvent: LabEvent | undefined;
  /** The call stack seen last, innermost first; a view keeps showing it between two functions. */
  lastStack: { readonly task: TaskState; readonly vcpu: number; readonly frames: readonly Frame[] } | undefined;
  /** The machine has come to rest once; what is told from then on is no longer boot. */
  booted = false;
  versions: Versions = NO_VERSIONS;

  private readonly description: MachineDescription;

  constructor(description: MachineDescription) {
    this.description = description;
    this.cpus = initialCpus(description);
  }

  append(chunks: readonly LogChunk[]): void {
    const start = this.reader.length;
    for (const chunk of chunks) this.reader.append(chunk);
    const changed = { ...NO_VERSIONS } as Record<keyof Versions, number>;
    const context = this.narrationContext();
    for (const event of this.reader.from(start)) {
      changed.cpus |= Number(foldCpus(this.cpus, event));
      changed.masks |= Number(foldMasks(this.masks, event));
      changed.ladder |= Number(foldLadder(this.ladder, event));
      changed.chain |= Number(foldChain(this.chain, event));
      changed.tasks |= Number(foldTasks(this.tasks, event));
      changed.devices |= Number(foldDevices(this.devices, event));
      changed.texts |= Number(foldTexts(this.texts, event));
      changed.memory |= Number(this.memory?.fold(event) ?? false);
      if (foldMachine(this.machine, event)) {
        changed.narration = 1;
        if (isReset(event)) this.startAnew(context);
      }
      const sentence = this.tell(event, context);
      if (sentence) {
        this.sentence = sentence;
        this.told += sentence.key === 'say.step' ? STEP_WEIGHT : 1;
        changed.narration = 1;
      }
      if (event.kind === 'input') this.lastInput = { channel: textField(event, 'channel') };
      if (event.task !== 0) this.lastTask = event.task;
      this.lastEvent = event;
    }
    const task = this.tasks.tasks.get(this.lastTask);
    if (task && task.stack.length > 0) this.lastStack = { task, vcpu: task.vcpu, frames: task.stack.toReversed() };
    const { versions } = this;
    this.versions = {
      cpus: versions.cpus + changed.cpus,
      masks: versions.masks + changed.masks,
      ladder: versions.ladder + changed.ladder,
      chain: versions.chain + changed.chain,
      tasks: versions.tasks + changed.tasks,
      texts: versions.texts + changed.texts,
      narration: versions.narration + changed.narration,
      devices: versions.devices + changed.devices,
      memory: versions.memory + changed.memory,
    };
  }

  /** A part that was loaded later than the log began: it is told of all that was before. */
  attachMemory(part: MemoryPart): void {
    for (const event of this.reader.from()) part.fold(event);
    this.memory = part;
    this.versions = { ...this.versions, memory: this.versions.memory + 1 };
  }

  /** After a reset: what follows is boot, until the machine is quiet. */
  private startAnew(context: { booted: boolean }): void {
    this.booted = false;
    context.booted = false;
    this.lastTask = 0;
    this.lastStack = undefined;
  }

  private narrationContext(): { -readonly [Name in keyof NarrationContext]: NarrationContext[Name] } {
    return {
      taskName: (task) => taskName(this.tasks, task),
      cpuOfVcpu: (vcpu) => this.cpus.slots[vcpu]?.cpu ?? -1,
      booted: this.booted,
    };
  }

  private tell(event: LabEvent, context: NarrationContext): Sentence | undefined {
    if (this.ladder.turnedAt === event.sequence) return this.tellRollback(event);
    return this.memory?.narrate(event, context) ?? narrate(event, context);
  }

  taskName(task: number): string {
    return taskName(this.tasks, task);
  }

  private tellRollback(event: LabEvent): Sentence {
    const cpu = this.ladder.cpus.get(this.ladder.lastMoved);
    const parameters = { cpu: cpu?.cpu ?? -1, step: cpu?.failed?.step ?? -1, target: cpu?.target ?? -1 };
    return { key: 'say.rollback', parameters, sequence: event.sequence };
  }

  /** What to say when the machine is quiet: an invitation to the next step. */
  quietSentence(): Sentence {
    const { condition } = this.machine;
    if (condition !== 'running') return { key: `say.machine.${condition}`, parameters: {}, sequence: -1 };
    const memory = this.chain.subject === 'memory' ? this.memory?.atRest() : undefined;
    if (memory) return memory;
    const moved = slotOfCpu(this.cpus, this.ladder.lastMoved);
    const waiting = this.cpus.slots.find(
      (slot) => slot.condition === 'present' && slot.cpu > 0 && this.cpus.kernel.get(slot.cpu)?.present,
    );
    if (waiting) return { key: 'say.quietPresent', parameters: { cpu: waiting.cpu }, sequence: -1 };
    if (moved?.condition === 'online' && !moved.slot.presentAtBoot) {
      return { key: 'say.quietOnline', parameters: { cpu: moved.cpu }, sequence: -1 };
    }
    if (this.description.board === 'virt') {
      const takesDimms = this.description.memoryRegions.some(({ kind }) => kind === 'device-memory');
      return { key: takesDimms ? 'say.virt.welcome' : 'say.virt.welcomeBare', parameters: {}, sequence: -1 };
    }
    const empty = this.cpus.slots.some((slot) => slot.condition === 'possible');
    return { key: empty ? 'say.welcome' : 'say.quiet', parameters: {}, sequence: -1 };
  }

  /** A CPU is on its way, or the road to it is: what the page's pictures are about. */
  get watched(): boolean {
    const { works, sciLevel, stages, roundStart } = this.chain;
    if (roundStart >= 0 && this.reader.length - roundStart < ROUND_BEGINS) return true;
    if (works.size > 0 || sciLevel || [...stages.values()].some(({ open }) => open > 0)) return true;
    return [...this.ladder.cpus.values()].some(({ direction }) => direction !== 'resting');
  }

  /** The guest's shell waits for a command; otherwise one may still be asleep. */
  get shellAtPrompt(): boolean {
    return endsWithPrompt(this.texts);
  }
}
