/** One ACPICA: what upstream keeps in `acglobal.h`. Passed first to every function. */
import type { AcpiOs, AcpiSemaphore } from '../../abi/acpi-os.ts';
import type { Co } from '../../sim/coroutine.ts';
import type { LogWriter } from '../../sim/event-log.ts';
import type { AcpiStatus } from './acexcep.ts';
import { AcpiNamespaceNode, type AcpiOperand, type AcpiOperandObject, type MutexObject } from './acobject.ts';
import { ACPI_TYPE_DEVICE } from './actypes.ts';
import { AmlCode } from './amlcode.ts';

/** A table that was installed. */
export interface AcpiTableDesc {
  /** Four characters. */
  readonly signature: string;
  readonly bytes: Uint8Array;
  /** Physical address, 0 when it is not in memory. */
  readonly address: number;
  ownerId: number;
  loaded: boolean;
}

export interface AcpiOptions {
  /** What the AML constant Revision tells: 0x20220331 in Linux 6.1. */
  readonly caVersion: number;
  /** Linux unless `acpi=strict`: implicit results of methods, and locals and arguments that were never set are 0. */
  readonly enableInterpreterSlack: boolean;
  /** Fatal ends the method with AE_ERROR, as since 2022; before, execution went on. */
  readonly fatalAborts: boolean;
  /** Virtual cost of one AML operator, ns. */
  readonly operatorCost: number;
}

export const LINUX_6_1_OPTIONS: AcpiOptions = {
  caVersion: 0x20220331,
  enableInterpreterSlack: true,
  fatalAborts: true,
  operatorCost: 100,
};

/** An evaluation: upstream's `struct acpi_evaluate_info`. */
export interface EvaluateInfo {
  /** Where the pathname begins; undefined for the root. */
  readonly prefix_node?: AcpiNamespaceNode | undefined;
  /** `_STA`, `\\_SB.CPUS.CSCN`; undefined: the prefix node itself. */
  readonly relative_pathname?: string | undefined;
  readonly parameters?: readonly AcpiOperandObject[] | undefined;
  /** The caller wants no value: ACPI_IGNORE_RETURN_VALUE. */
  readonly ignoreReturnValue?: boolean;
}

export interface EvaluateResult {
  readonly status: AcpiStatus;
  /** Undefined when the object or method has no value, and after an exception. A node for a Device. */
  readonly value: AcpiOperand | undefined;
}

/** Calls from the inside of the interpreter to its outside, set by acpi_initialize_subsystem. */
export interface AcpiHooks {
  evaluate(acpi: AcpiGlobals, info: EvaluateInfo): Co<EvaluateResult>;
  /** Loads an installed table below a node and initialises what it made. */
  loadTable(acpi: AcpiGlobals, tableIndex: number, parent: AcpiNamespaceNode): Co<AcpiStatus>;
}

export class AcpiGlobals {
  readonly os: AcpiOs;
  readonly log: LogWriter;
  readonly options: AcpiOptions;
  readonly rootNode: AcpiNamespaceNode;
  /** Code without bytes, for methods that are not AML. */
  readonly noCode = new AmlCode(new Uint8Array(0));
  /** Integers have 64 bits; the DSDT's revision decides (2 and more), no other table's. */
  integerBitWidth: 32 | 64 = 64;
  /** Counts changes of the namespace: names found before are to be looked up again. */
  namespaceGeneration = 0;
  /** Tables in the order of installation; the index is the table's number. */
  readonly tables: AcpiTableDesc[] = [];
  private lastOwnerId = 0;
  globalLockMutex: MutexObject | undefined = undefined;
  /** acpi_load_tables has ended: _REG methods may run. */
  namespaceInitialized = false;
  /** Thread in the interpreter (ACPI_MTX_INTERPRETER), 0 for none; how often it entered; who waits. */
  interpreterOwner = 0;
  interpreterDepth = 0;
  interpreterWaiters = 0;
  readonly interpreterSemaphore: AcpiSemaphore;
  /** ns of operators executed and not yet spent. */
  pendingCost = 0;
  /** Evaluations under way, for messages and views: methods from the outermost to the innermost. */
  readonly methodStack: AcpiNamespaceNode[] = [];
  /** Set by events/: queues a Notify for its handlers. */
  notifyRequest: (acpi: AcpiGlobals, node: AcpiNamespaceNode, value: number) => Co<AcpiStatus> = function* () {
    return 'AE_OK';
  };
  /** Set by events/: looks for new `_Lxx`/`_Exx` methods after a table was loaded. */
  updateGpes: ((acpi: AcpiGlobals, ownerId: number) => Co) | undefined = undefined;
  /** Set by events/: takes and gives back the firmware's global lock; the mutex around it is the interpreter's. */
  acquireGlobalLock: ((acpi: AcpiGlobals, timeout: number) => Co<AcpiStatus>) | undefined = undefined;
  releaseGlobalLock: ((acpi: AcpiGlobals) => Co<AcpiStatus>) | undefined = undefined;
  /** Called with each device whose _INI was run. */
  initHandler: ((acpi: AcpiGlobals, node: AcpiNamespaceNode) => Co) | undefined = undefined;
  /** Calls back out of the interpreter. */
  hooks: AcpiHooks | undefined = undefined;

  constructor(os: AcpiOs, log: LogWriter, options: AcpiOptions = LINUX_6_1_OPTIONS) {
    this.os = os;
    this.log = log;
    this.options = options;
    this.interpreterSemaphore = os.acpi_os_create_semaphore(0xffff, 0);
    this.rootNode = new AcpiNamespaceNode('\\___', ACPI_TYPE_DEVICE);
  }

  get integerByteWidth(): 4 | 8 {
    return this.integerBitWidth === 64 ? 8 : 4;
  }

  allocateOwnerId(): number {
    return ++this.lastOwnerId;
  }
}
