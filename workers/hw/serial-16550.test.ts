import { describe, expect, it } from 'vitest';
import type { Chardev } from '../abi/chardev.ts';
import { Serial16550, TRANSMIT_TIME } from './serial-16550.ts';
import { TestLine, testBench } from './testing.ts';

const RBR = 0;
const THR = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

function uart() {
  const sent: number[] = [];
  const waiting: number[] = [];
  const chardev: Chardev = {
    transmit: (byte) => sent.push(byte),
    receive: () => waiting.shift(),
    onInput: undefined,
  };
  const bench = testBench();
  const line = new TestLine();
  const device = new Serial16550(line, chardev, bench.clock, bench.log);
  const type = (text: string) => {
    waiting.push(...new TextEncoder().encode(text));
    chardev.onInput?.();
  };
  return { ...bench, device, line, type, waiting, text: () => String.fromCharCode(...sent.splice(0)) };
}

describe('registers', () => {
  it('after reset', () => {
    const { device } = uart();
    const values = [RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR].map((offset) => device.read(offset, 1));
    expect(values).toEqual([0, 0, 0x01, 0, 0x08, 0x60, 0xb0, 0]);
  });

  it('the divisor latch takes the place of RBR, THR and IER while DLAB is set', () => {
    const { device, text } = uart();
    device.write(LCR, 1, 0x83);
    device.write(THR, 1, 0x01);
    device.write(IER, 1, 0x02);
    const latch = [device.read(RBR, 1), device.read(IER, 1)];
    device.write(LCR, 1, 0x03);
    expect([latch, device.read(IER, 1), text()]).toEqual([[0x01, 0x02], 0, '']);
  });

  it('IIR tells of a 16550A by bits 7-6 while the FIFOs are enabled; the scratch register keeps what is written', () => {
    const { device } = uart();
    device.write(FCR, 1, 0x01);
    device.write(SCR, 1, 0x5a);
    expect([device.read(IIR, 1), device.read(SCR, 1)]).toEqual([0xc1, 0x5a]);
  });

  it('in loop mode modem control comes back as modem status and what is sent is received', () => {
    const { device, text } = uart();
    device.write(MCR, 1, 0x1a);
    device.write(THR, 1, 0x41);
    expect([device.read(MSR, 1), device.read(RBR, 1), text()]).toEqual([0x90, 0x41, '']);
  });
});

describe('transmitting', () => {
  it('sends each byte at once; THRE and TEMT come back when the time of all of them has passed', () => {
    const { device, text, runTo } = uart();
    const bytes = 'login: ';
    for (const char of bytes) device.write(THR, 1, char.charCodeAt(0));
    const busy = [text(), device.read(LSR, 1)];
    runTo(bytes.length * TRANSMIT_TIME - 1);
    const still = device.read(LSR, 1);
    runTo(bytes.length * TRANSMIT_TIME);
    expect([busy, still, device.read(LSR, 1)]).toEqual([['login: ', 0x00], 0x00, 0x60]);
  });

  it('interrupts when enabled; reading IIR or writing THR answers the interrupt', () => {
    const { device, line, runTo } = uart();
    device.write(IER, 1, 0x02);
    const raised = line.level;
    const identified = device.read(IIR, 1);
    expect([raised, identified, device.read(IIR, 1), line.level]).toEqual([true, 0x02, 0x01, false]);
    device.write(THR, 1, 0x41);
    expect(line.level).toBe(false);
    runTo(TRANSMIT_TIME);
    expect(line.level).toBe(true);
    device.write(IER, 1, 0);
    expect(line.changes).toEqual([true, false, true, false]);
  });
});

describe('receiving', () => {
  it('interrupts while bytes wait, and is more urgent than transmitting', () => {
    const { device, line, type } = uart();
    device.write(IER, 1, 0x03);
    device.read(IIR, 1);
    type('ab');
    const seen = [line.level, device.read(IIR, 1), device.read(LSR, 1) & 1];
    const bytes = [device.read(RBR, 1), device.read(RBR, 1)];
    expect([seen, bytes, line.level, device.read(LSR, 1) & 1]).toEqual([[true, 0x04, 1], [0x61, 0x62], false, 0]);
  });

  it('below the FIFO’s trigger level the interrupt is a time-out', () => {
    const { device, type } = uart();
    device.write(FCR, 1, 0x81);
    device.write(IER, 1, 0x01);
    type('1234567');
    const below = device.read(IIR, 1);
    type('8');
    expect([below, device.read(IIR, 1)]).toEqual([0xcc, 0xc4]);
  });

  it('loses nothing: what the FIFO has no room for waits outside', () => {
    const { device, type, waiting } = uart();
    device.write(FCR, 1, 0x01);
    const typed = 'a line that is longer than sixteen bytes';
    type(typed);
    const outside = waiting.length;
    let received = '';
    while (device.read(LSR, 1) & 1) received += String.fromCharCode(device.read(RBR, 1));
    expect([outside, received]).toEqual([typed.length - 16, typed]);
  });

  it('FCR bit 1 empties the receiver', () => {
    const { device, type } = uart();
    device.write(FCR, 1, 0x01);
    type('abc');
    device.write(FCR, 1, 0x03);
    expect(device.read(LSR, 1) & 1).toBe(0);
  });
});
