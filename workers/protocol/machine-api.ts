/**
 * The page's side of the worker. Commands go through Comlink; the event log comes over a MessagePort of its own
 * ({@link LogMessage}); the page derives everything it shows from the log and from the one {@link MachineDescription}.
 */
import type { LogChunk } from './log-format.ts';
import type { InputChannel, Parsed, Scenario, ScenarioInput } from './scenario.ts';
import type { Ns } from './units.ts';

/** Facts about a machine that do not change while it runs. */
export interface MachineDescription {
  readonly board: 'pc' | 'q35' | 'virt' | 'none';
  readonly accelerator: 'tcg' | 'kvm';
  /** The guest has ACPI tables; a `virt` without firmware has a device tree instead. */
  readonly acpi: boolean;
  readonly cpuType: string;
  readonly topology: {
    readonly sockets: number;
    readonly dies: number;
    readonly cores: number;
    readonly threads: number;
  };
  readonly slots: readonly CpuSlot[];
  readonly memorySize: number;
  readonly maxMemory: number;
  readonly memorySlots: number;
  /** The physical address space as far as RAM is in it, lowest first. Bytes. */
  readonly memoryRegions: readonly MemoryRegion[];
  /** NUMA nodes of `-numa`; none without one. `distances`: to each node, as the SLIT has them. */
  readonly numaNodes: readonly { readonly id: number; readonly distances: readonly number[] }[];
  readonly kernelRelease: string;
  /** The cpuhp states of the kernel profile, in order. */
  readonly cpuhpStates: readonly CpuhpStateInfo[];
  readonly ignoredOptions: readonly string[];
  readonly scenario: Scenario;
}

/** RAM of power-on, the hole for devices below 4 GiB, or the region that hot-added DIMMs get. */
export interface MemoryRegion {
  readonly kind: 'ram' | 'hole' | 'device-memory';
  readonly start: number;
  readonly size: number;
}

/** A possible vCPU as query-hotpluggable-cpus names it. */
export interface CpuSlot {
  readonly index: number;
  readonly apicId: number;
  readonly nodeId: number;
  /** Members for device_add, in QEMU's spelling: socket-id, die-id, core-id, thread-id. */
  readonly props: Readonly<Record<string, number>>;
  readonly presentAtBoot: boolean;
}

export type CpuhpSection = 'PREPARE' | 'STARTING' | 'ONLINE';

export interface CpuhpStateInfo {
  readonly state: number;
  /** `workqueue:prepare`, as /sys/devices/system/cpu/hotplug/states has it. */
  readonly name: string;
  readonly section: CpuhpSection;
  /** Callback names, where there are some; `multi`: one call an instance. */
  readonly startup: string | undefined;
  readonly teardown: string | undefined;
  readonly multi: boolean;
}

export type StepKind = 'event' | 'function' | 'state';

/** Where the machine stands after an advance. */
export interface Progress {
  /** Virtual time reached. */
  readonly now: Ns;
  /** Records in the log. */
  readonly records: number;
  /** Nothing is left to do until somebody gives an input. */
  readonly quiet: boolean;
  /** Time of the next thing that is due, while all processors wait; undefined when there is none. */
  readonly nextDue: Ns | undefined;
  /** Nothing is left to do but the scenario's next input. */
  readonly awaitsInput: boolean;
  /** Number of the record at which it stopped, because a function with a breakpoint was entered. */
  readonly breakpoint?: number | undefined;
}

export interface InputResult extends Progress {
  /** The input as the journal has it: with it, the scenario can be repeated. */
  readonly input: ScenarioInput;
  /** A QMP command's reply line, a monitor line's output; undefined for the console. */
  readonly reply: string | undefined;
}

/** As much of a MessagePort as the log needs. */
export interface LogPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
}

/** Name of the error with which a call ends for which a part of the lab could not be fetched: it may be made again. */
export const NOT_FETCHED = 'NotFetched';

export interface LabMachine {
  /**
   * Powers on a machine and hands the log port over; the machine has not run yet. An error is QEMU's or the kernel's
   * own message for a machine that cannot be.
   */
  powerOn(scenario: Scenario, logPort: LogPort): Promise<Parsed<MachineDescription>>;
  /** Runs up to virtual time `until`, or shorter if the slice of real time ends; call again. */
  advance(until: Ns): Promise<Progress>;
  /** Runs until the machine is quiet, at most `limit` ns further; with `hold`, not past a planned input that waits for quiet. */
  settle(limit: Ns, hold?: boolean): Promise<Progress>;
  /** Runs up to and including the next event of this kind (any event; a function entered; a cpuhp state changed). */
  step(kind: StepKind): Promise<Progress>;
  /** Functions at which the machine stops when they are entered: advance, settle and step end there. */
  breakAt(functions: readonly string[]): Promise<void>;
  input(channel: InputChannel, text: string): Promise<InputResult>;
  /** Drops the scenario's inputs that are still to come: from here on somebody else gives them. */
  takeOver(): Promise<Progress>;
  /** All inputs so far: the machine's scenario as it stands. */
  journal(): Promise<Scenario>;
  /** Hash of the log so far. */
  logHash(): Promise<string>;
  /** Backtrace of what runs on a vCPU now, innermost first; empty when it is absent or waits for a start-up. */
  backtrace(vcpu: number): Promise<readonly string[]>;
}

/** Messages on the log's port: chunks towards the page, one credit back for each chunk that was taken. */
export type LogMessage = { readonly chunks: readonly LogChunk[] };
export type LogCredit = { readonly credits: number };
