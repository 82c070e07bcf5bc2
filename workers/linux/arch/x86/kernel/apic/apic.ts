/**
 * The local APIC of the executing CPU, through its registers at 0xfee00000: enabling it, IPIs, the timer as clock event
 * device.
 *
 * @linux arch/x86/kernel/apic/apic.c, apic_flat_64.c and ipi.c, xAPIC mode
 */
import type { Ns } from '../../../../../protocol/units.ts';
import { type Co, traced } from '../../../../../sim/coroutine.ts';
import { smp_processor_id } from '../../../../include/linux/sched.ts';
import type { Kernel } from '../../../../kernel-context.ts';
import { destinationOf } from './destination.ts';

export const RESCHEDULE_VECTOR = 0xfd;
export const CALL_FUNCTION_VECTOR = 0xfc;
export const CALL_FUNCTION_SINGLE_VECTOR = 0xfb;
export const LOCAL_TIMER_VECTOR = 0xec;
export const ERROR_APIC_VECTOR = 0xfe;
export const SPURIOUS_APIC_VECTOR = 0xff;

const APIC_DEFAULT_PHYS_BASE = 0xfee00000;

/** Register offsets, Intel SDM volume 3, table 10-1. */
const APIC_ID = 0x20;
const APIC_TASKPRI = 0x80;
const APIC_LDR = 0xd0;
const APIC_DFR = 0xe0;
const APIC_SPIV = 0xf0;
const APIC_ICR = 0x300;
const APIC_ICR2 = 0x310;
const APIC_LVTT = 0x320;
const APIC_LVT0 = 0x350;
const APIC_LVT1 = 0x360;
const APIC_LVTERR = 0x370;
const APIC_TMICT = 0x380;
const APIC_TDCR = 0x3e0;

const APIC_DFR_FLAT = 0xffff_ffff;
const APIC_SPIV_APIC_ENABLED = 0x100;
const APIC_LVT_MASKED = 0x1_0000;
const APIC_DM_EXTINT = 0x700;
const APIC_DM_NMI = 0x400;
export const APIC_DM_INIT = 0x500;
export const APIC_DM_STARTUP = 0x600;
export const APIC_INT_ASSERT = 0x4000;
export const APIC_INT_LEVELTRIG = 0x8000;
const APIC_DEST_LOGICAL = 0x800;
const APIC_TDR_DIV_16 = 0x3;
/** The timer counts once in 16 ns: a bus of 1 GHz, divided by 16. */
const TIMER_NS: Ns = 16;
const MAX_COUNT = 0xffff_ffff;

export function apic_read(k: Kernel, register: number): number {
  return k.platform.currentVcpu().bus.readMemory(APIC_DEFAULT_PHYS_BASE + register, 4);
}

export function apic_write(k: Kernel, register: number, value: number): void {
  k.platform.currentVcpu().bus.writeMemory(APIC_DEFAULT_PHYS_BASE + register, 4, value);
}

/** APIC id of the executing processor. */
export const read_apic_id = (k: Kernel): number => apic_read(k, APIC_ID) >>> 24;

/** Sends what `low` says (vector, mode) to the destination `id`. */
export function apic_icr_write(k: Kernel, low: number, id: number): void {
  apic_write(k, APIC_ICR2, (id << 24) >>> 0);
  apic_write(k, APIC_ICR, low);
}

/** An interrupt for another CPU. */
function send_IPI(k: Kernel, cpu: number, vector: number): void {
  const { id, logical } = destinationOf(k, cpu);
  apic_icr_write(k, vector | (logical ? APIC_DEST_LOGICAL : 0), id);
}

export const native_smp_send_reschedule = (k: Kernel, cpu: number): void => send_IPI(k, cpu, RESCHEDULE_VECTOR);
export const native_send_call_func_single_ipi = (k: Kernel, cpu: number): void =>
  send_IPI(k, cpu, CALL_FUNCTION_SINGLE_VECTOR);

/** Enables the executing CPU's local APIC. */
export const setup_local_APIC = traced('setup_local_APIC', function* (k: Kernel): Co {
  const cpu = smp_processor_id(k);
  const { id, logical } = destinationOf(k, cpu);
  apic_write(k, APIC_DFR, APIC_DFR_FLAT);
  if (logical) apic_write(k, APIC_LDR, (id << 24) >>> 0);
  apic_write(k, APIC_TASKPRI, 0x10);
  apic_write(k, APIC_SPIV, APIC_SPIV_APIC_ENABLED | SPURIOUS_APIC_VECTOR);
  apic_write(k, APIC_LVT0, APIC_DM_EXTINT | (cpu === 0 ? 0 : APIC_LVT_MASKED));
  apic_write(k, APIC_LVT1, APIC_DM_NMI | (cpu === 0 ? 0 : APIC_LVT_MASKED));
  apic_write(k, APIC_LVTERR, ERROR_APIC_VECTOR);
});

/** On a CPU that goes down. */
export const apic_soft_disable = traced('apic_soft_disable', function* (k: Kernel): Co {
  apic_write(k, APIC_LVTT, APIC_LVT_MASKED);
  apic_write(k, APIC_SPIV, apic_read(k, APIC_SPIV) & ~APIC_SPIV_APIC_ENABLED);
});

/** Makes the timer the CPU's clock event device, one-shot. */
export const setup_APIC_timer = traced('setup_APIC_timer', function* (k: Kernel): Co {
  apic_write(k, APIC_LVTT, LOCAL_TIMER_VECTOR);
  apic_write(k, APIC_TDCR, APIC_TDR_DIV_16);
});

/** Fires after `delay` ns, earlier if that is more than the counter holds; undefined: never. */
export function lapic_next_event(k: Kernel, delay: Ns | undefined): void {
  const count = delay === undefined ? 0 : Math.min(MAX_COUNT, Math.max(1, Math.ceil(delay / TIMER_NS)));
  apic_write(k, APIC_TMICT, count);
}
