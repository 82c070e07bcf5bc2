import { describe, expect, it } from 'vitest';
import { AcpiGpe, gpeRegisters } from './acpi-gpe.ts';
import { AcpiPm1, PM1_CONTROL_REGISTERS, PM1_EVENT_REGISTERS, PM1_EVENTS } from './acpi-pm1.ts';
import { SystemControlInterrupt } from './acpi-sci.ts';
import { Apm } from './apm.ts';
import { TestLine, testBench } from './testing.ts';

/** PM1 and a 16-byte GPE block on one SCI line, and the SMI command port. */
function acpiHardware() {
  const bench = testBench();
  const line = new TestLine();
  const slept: number[] = [];
  const sci = new SystemControlInterrupt(line);
  const pm1 = new AcpiPm1({ updateSci: () => sci.update(), sleep: (type) => slept.push(type) }, bench.clock, bench.log);
  const gpe = new AcpiGpe(16, () => sci.update(), bench.log);
  sci.attach(pm1);
  sci.attach(gpe);
  const apm = new Apm({ acpiEnable: 2, acpiDisable: 3 }, (on) => pm1.setSciEnable(on), bench.log);
  return { ...bench, line, slept, pm1, gpe, apm };
}

describe('register tables', () => {
  it('are those of ACPI 6.4 §4.8.3 and §4.8.4', () => {
    expect(PM1_EVENT_REGISTERS.map(({ name, offset, width, access }) => [name, offset, width, access])).toEqual([
      ['PM1_STS', 0, 2, 'write-1-to-clear'],
      ['PM1_EN', 2, 2, 'read-write'],
    ]);
    expect(PM1_CONTROL_REGISTERS.map(({ name, offset, width }) => [name, offset, width])).toEqual([['PM1_CNT', 0, 2]]);
    expect(gpeRegisters(4).map(({ name, offset, count, access }) => [name, offset, count, access])).toEqual([
      ['GPE0_STS', 0, 2, 'write-1-to-clear'],
      ['GPE0_EN', 2, 2, 'read-write'],
    ]);
    expect(PM1_EVENTS).toEqual({
      timer: 1,
      busMaster: 0x10,
      globalLock: 0x20,
      powerButton: 0x100,
      sleepButton: 0x200,
      realTimeClock: 0x400,
      wake: 0x8000,
    });
  });
});

describe('general-purpose events', () => {
  it('an event sets its status bit; the SCI is asserted while status and enable are both set', () => {
    const { gpe, line, lines } = acpiHardware();
    gpe.raise(2);
    const disabled = [gpe.read(0, 1), line.level];
    gpe.write(8, 1, 0b100);
    expect([...disabled, line.level, gpe.read(8, 1)]).toEqual([0b100, false, true, 0b100]);
    expect(lines.take('register_change')).toEqual(['register_change device=acpi-gpe register=GPE0_STS[0] from=0 to=4']);
  });

  it('a status bit is cleared by writing 1 to it, and left alone by writing 0', () => {
    const { gpe, line } = acpiHardware();
    for (const event of [1, 2, 13]) gpe.raise(event);
    gpe.write(8, 2, 0xffff);
    gpe.write(0, 1, 0b100);
    expect([gpe.read(0, 2), line.level]).toEqual([0x2002, true]);
    gpe.write(0, 2, 0xffff);
    expect([gpe.read(0, 2), line.changes]).toEqual([0, [true, false]]);
  });

  it('clearing an enable bit takes the SCI away and keeps the status', () => {
    const { gpe, line } = acpiHardware();
    gpe.write(8, 1, 0xff);
    gpe.raise(3);
    gpe.write(8, 1, 0);
    expect([line.changes, gpe.read(0, 1)]).toEqual([[true, false], 8]);
  });

  it('each access is recorded under the specification’s names', () => {
    const { gpe, lines } = acpiHardware();
    gpe.write(9, 1, 0x20);
    gpe.read(1, 1);
    expect(lines.take()).toEqual([
      'register_write device=acpi-gpe register=GPE0_EN value=32 offset=9 width=1',
      'register_read device=acpi-gpe register=GPE0_STS value=0 offset=1 width=1',
    ]);
  });

  it('beyond the block is not modelled', () => {
    const { gpe, lines } = acpiHardware();
    expect([gpe.read(16, 1), lines.take('unmodelled').length]).toEqual([0xff, 1]);
  });
});

describe('the SCI', () => {
  it('stays asserted until neither block asks for it', () => {
    const { gpe, pm1, line } = acpiHardware();
    gpe.write(8, 1, 4);
    pm1.eventBlock.write(2, 2, PM1_EVENTS.powerButton);
    gpe.raise(2);
    pm1.pressPowerButton();
    gpe.write(0, 1, 4);
    const between = line.level;
    pm1.eventBlock.write(0, 2, PM1_EVENTS.powerButton);
    expect([between, line.changes]).toEqual([true, [true, false]]);
  });
});

describe('PM1 events', () => {
  it('the power button sets its status only while its event is enabled', () => {
    const { pm1, line } = acpiHardware();
    pm1.pressPowerButton();
    const disabled = [pm1.eventBlock.read(0, 2), line.level];
    pm1.eventBlock.write(2, 2, PM1_EVENTS.powerButton);
    pm1.pressPowerButton();
    expect([...disabled, pm1.eventBlock.read(0, 2), line.level]).toEqual([
      PM1_EVENTS.timer,
      false,
      PM1_EVENTS.timer | PM1_EVENTS.powerButton,
      true,
    ]);
  });

  it('a byte that is written is all that a register then holds, and its second byte is none of its own, as on QEMU 7.2', () => {
    const { pm1 } = acpiHardware();
    pm1.eventBlock.write(2, 2, 0x0521);
    const whole = pm1.eventBlock.read(2, 2);
    pm1.eventBlock.write(3, 1, 0x05);
    pm1.eventBlock.write(2, 1, 0x20);
    expect([whole, pm1.eventBlock.read(2, 2), pm1.eventBlock.read(3, 1), pm1.eventBlock.read(0, 4)]).toEqual([
      0x0521, 0x20, 0, 0x0020_0001,
    ]);
  });
});

describe('PM1 control', () => {
  it('SCI_EN is switched by the commands at the SMI command port', () => {
    const { pm1, apm, lines } = acpiHardware();
    const values = [pm1.controlBlock.read(0, 2)];
    for (const command of [2, 0x55, 3]) {
      apm.write(0, 1, command);
      values.push(pm1.controlBlock.read(0, 2));
    }
    expect([values, apm.read(0, 1)]).toEqual([[0, 1, 1, 0], 3]);
    expect(lines.take('register_change')).toHaveLength(2);
  });

  it('SLP_EN puts the machine into the sleep state of SLP_TYP, and reads as 0', () => {
    const { pm1, slept } = acpiHardware();
    pm1.controlBlock.write(0, 2, (5 << 10) | 1);
    const before = [...slept];
    pm1.controlBlock.write(0, 2, (5 << 10) | (1 << 13) | 1);
    expect([before, slept, pm1.controlBlock.read(0, 2)]).toEqual([[], [5], (5 << 10) | 1]);
  });
});

describe('the power-management timer', () => {
  it('counts 3,579,545 a second in 24 bits', () => {
    const { pm1, runTo } = acpiHardware();
    const counts = [1e9, 4e9, 5e9].map((time) => {
      runTo(time);
      return pm1.timerBlock.read(0, 4);
    });
    expect(counts).toEqual([3_579_545, 4 * 3_579_545, (5 * 3_579_545) % 2 ** 24]);
  });

  it('TMR_STS is set from the start, as on QEMU', () => {
    const { pm1 } = acpiHardware();
    expect(pm1.eventBlock.read(0, 2)).toBe(PM1_EVENTS.timer);
  });

  it('sets TMR_STS when its highest bit changes, and raises the SCI if that is enabled', () => {
    const { pm1, line, runTo } = acpiHardware();
    pm1.eventBlock.write(0, 2, PM1_EVENTS.timer);
    pm1.eventBlock.write(2, 2, PM1_EVENTS.timer);
    const half = Math.ceil((0x800000 * 1e9) / 3_579_545);
    runTo(half - 1);
    const before = [pm1.eventBlock.read(0, 2), line.level];
    runTo(half);
    expect([...before, pm1.eventBlock.read(0, 2), line.level]).toEqual([0, false, 1, true]);
    pm1.eventBlock.write(0, 2, 1);
    expect([pm1.eventBlock.read(0, 2), line.level]).toEqual([0, false]);
    runTo(2 * half);
    expect(line.changes).toEqual([true, false, true]);
  });
});
