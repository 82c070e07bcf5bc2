import type { AcpiGlobals } from './acglobal.ts';

/** Declares a variable of which every ACPICA has its own; `init` makes its value at the first use. */
export function acpicaState<T>(init: (acpi: AcpiGlobals) => T): (acpi: AcpiGlobals) => T {
  const values = new WeakMap<AcpiGlobals, { readonly value: T }>();
  return (acpi) => {
    let held = values.get(acpi);
    if (!held) {
      held = { value: init(acpi) };
      values.set(acpi, held);
    }
    return held.value;
  };
}
