/**
 * All that ACPICA needs of an operating system: the OS services layer (upstream `include/acpi/acpiosxf.h`), reduced to
 * what the interpreter and the event code call. Linux implements it in drivers/acpi/osl.ts; tests and the headless
 * `aml` command with plain memory.
 *
 * Functions that can take time or block are coroutines. Statuses are ACPICA's exception names.
 */
import type { Co } from '../sim/coroutine.ts';

export type AcpiStatus = `AE_${string}`;

/** Operation-region spaces that the OS layer serves; others have handlers inside ACPICA (or none). */
export type AddressSpace = 'SystemMemory' | 'SystemIO' | 'PCI_Config';

/** What acpi_os_execute is asked to run, upstream's OSL_* values. */
export type ExecuteType = 'OSL_GLOBAL_LOCK_HANDLER' | 'OSL_NOTIFY_HANDLER' | 'OSL_GPE_HANDLER' | 'OSL_EC_POLL_HANDLER';

/** An AML mutex or event as the OS provides it. */
export interface AcpiSemaphore {
  readonly initialUnits: number;
}

export interface AcpiOs {
  /** Physical bytes of a table. */
  readMemoryBytes(address: number, length: number): Uint8Array;
  /** Access to an operation region or a register; width in bits: 8, 16, 32 or 64. PCI addresses are encoded by the caller. */
  readSpace(space: AddressSpace, address: number, width: number): Co<bigint>;
  writeSpace(space: AddressSpace, address: number, width: number, value: bigint): Co;
  /** Runs `work` later in process context. */
  acpi_os_execute(type: ExecuteType, work: () => Co, name: string): Co<AcpiStatus>;
  /**
   * Connects the SCI: `handler` runs at interrupt level and answers whether the interrupt was ACPI's. Absent where
   * there are no interrupts: events never come then.
   */
  acpi_os_install_interrupt_handler?(gsi: number, handler: () => Co<boolean>): Co<AcpiStatus>;
  /** Waits until all that acpi_os_execute was given has run. */
  acpi_os_wait_events_complete(): Co;
  acpi_os_create_semaphore(maxUnits: number, initialUnits: number): AcpiSemaphore;
  /** `timeout` in ms, 0xffff: for ever. AE_TIME when it passes. */
  acpi_os_wait_semaphore(semaphore: AcpiSemaphore, units: number, timeout: number): Co<AcpiStatus>;
  acpi_os_signal_semaphore(semaphore: AcpiSemaphore, units: number): Co<AcpiStatus>;
  /** Milliseconds, yields the processor. */
  acpi_os_sleep(milliseconds: number): Co;
  /** Microseconds, busy. */
  acpi_os_stall(microseconds: number): Co;
  /** 100 ns units. */
  acpi_os_get_timer(): bigint;
  /** Identifies the thread for AML mutex ownership. */
  acpi_os_get_thread_id(): number;
  /** The Fatal operator. */
  acpi_os_fatal(type: number, code: number, argument: bigint): Co;
  /** ACPICA's messages, without prefix handling: `level` as the kernel would print it. */
  acpi_os_printf(level: 'error' | 'warning' | 'info' | 'debug', text: string): Co;
  /** Names that _OSI answers true for. */
  interfaceSupported(name: string): boolean;
}
