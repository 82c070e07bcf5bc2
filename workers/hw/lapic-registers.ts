/** Registers of the local APIC: Intel SDM volume 3, table 10-1. */
import { bit } from '../sim/bits.ts';
import type { Register, RegisterName } from './registers.ts';

export const LAPIC_REGISTERS = [
  { name: 'ID', offset: 0x020, width: 4, access: 'read-write', text: 'APIC id in bits 31-24' },
  { name: 'VERSION', offset: 0x030, width: 4, access: 'read-only', text: 'version, and number of the last LVT entry' },
  { name: 'TPR', offset: 0x080, width: 4, access: 'read-write', text: 'task priority' },
  { name: 'APR', offset: 0x090, width: 4, access: 'read-only', text: 'arbitration priority' },
  {
    name: 'PPR',
    offset: 0x0a0,
    width: 4,
    access: 'read-only',
    text: 'processor priority: of TPR and the interrupt in service',
  },
  { name: 'EOI', offset: 0x0b0, width: 4, access: 'write-only', text: 'end of interrupt' },
  { name: 'LDR', offset: 0x0d0, width: 4, access: 'read-write', text: 'logical APIC id in bits 31-24' },
  {
    name: 'DFR',
    offset: 0x0e0,
    width: 4,
    access: 'read-write',
    text: 'model of logical destinations: 1111 flat, 0000 cluster',
  },
  { name: 'SVR', offset: 0x0f0, width: 4, access: 'read-write', text: 'spurious vector; bit 8 enables the APIC' },
  { name: 'ISR', offset: 0x100, width: 4, count: 8, stride: 0x10, access: 'read-only', text: 'vectors in service' },
  {
    name: 'TMR',
    offset: 0x180,
    width: 4,
    count: 8,
    stride: 0x10,
    access: 'read-only',
    text: 'level-triggered vectors',
  },
  { name: 'IRR', offset: 0x200, width: 4, count: 8, stride: 0x10, access: 'read-only', text: 'vectors requested' },
  { name: 'ESR', offset: 0x280, width: 4, access: 'read-write', text: 'errors up to the last write of this register' },
  {
    name: 'ICR_LOW',
    offset: 0x300,
    width: 4,
    access: 'read-write',
    text: 'interrupt command: vector, mode, shorthand; a write sends it',
  },
  {
    name: 'ICR_HIGH',
    offset: 0x310,
    width: 4,
    access: 'read-write',
    text: 'interrupt command: destination in bits 31-24',
  },
  {
    name: 'LVT_TIMER',
    offset: 0x320,
    width: 4,
    access: 'read-write',
    text: 'timer: vector, mask, one-shot or periodic',
  },
  { name: 'LVT_THERMAL', offset: 0x330, width: 4, access: 'read-write', text: 'thermal sensor' },
  { name: 'LVT_PERFORMANCE', offset: 0x340, width: 4, access: 'read-write', text: 'performance counters' },
  { name: 'LVT_LINT0', offset: 0x350, width: 4, access: 'read-write', text: 'local interrupt pin 0' },
  { name: 'LVT_LINT1', offset: 0x360, width: 4, access: 'read-write', text: 'local interrupt pin 1' },
  { name: 'LVT_ERROR', offset: 0x370, width: 4, access: 'read-write', text: 'APIC error' },
  {
    name: 'INITIAL_COUNT',
    offset: 0x380,
    width: 4,
    access: 'read-write',
    text: 'timer: a write starts it, 0 stops it',
  },
  { name: 'CURRENT_COUNT', offset: 0x390, width: 4, access: 'read-only', text: 'timer: counts down to 0' },
  {
    name: 'DIVIDE_CONFIGURATION',
    offset: 0x3e0,
    width: 4,
    access: 'read-write',
    text: 'timer: divisor in bits 3, 1 and 0',
  },
] as const satisfies readonly Register[];

export type LapicRegister = RegisterName<typeof LAPIC_REGISTERS>;

/** Entries of the local vector table. */
export const LVT = ['LVT_TIMER', 'LVT_THERMAL', 'LVT_PERFORMANCE', 'LVT_LINT0', 'LVT_LINT1', 'LVT_ERROR'] as const;
export type LvtRegister = (typeof LVT)[number];

/** Fields of an LVT entry, the vector also of SVR and ICR. */
export const LVT_MASKED = bit(16);
export const LVT_VECTOR = 0xff;
