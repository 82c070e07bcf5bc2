/** After a table was loaded: methods that make names are serialised. */
import { isNameStart } from '../../aml/names.ts';
import { AML_ELSE_OP, AML_IF_OP, AML_WHILE_OP, EXTENDED_PREFIX, opcodeInfo } from '../../aml/opcodes.ts';
import { isStatus } from '../include/acexcep.ts';
import type { AcpiGlobals } from '../include/acglobal.ts';
import { type AcpiNamespaceNode, MethodObject } from '../include/acobject.ts';
import { ACPI_TYPE_METHOD } from '../include/actypes.ts';
import { type AmlCode, packageLength } from '../include/amlcode.ts';
import { lookupName } from '../namespace/nsaccess.ts';

/** Looks through code for an operator that makes a name, without executing it. */
class NamedOpcodeDetector {
  found = false;
  private readonly acpi: AcpiGlobals;
  private readonly code: AmlCode;
  private readonly scope: AcpiNamespaceNode;

  constructor(acpi: AcpiGlobals, code: AmlCode, scope: AcpiNamespaceNode) {
    this.acpi = acpi;
    this.code = code;
    this.scope = scope;
  }

  list(start: number, end: number): void {
    let at = start;
    while (at < end && !this.found) at = this.term(at, end);
  }

  /** Offset behind the operator or operand at `at`. */
  private term(at: number, end: number): number {
    const { bytes } = this.code;
    const lead = bytes[at] ?? 0;
    if (isNameStart(lead)) return this.name(at, end);
    const extended = lead === EXTENDED_PREFIX;
    const info = opcodeInfo(extended ? (lead << 8) | (bytes[at + 1] ?? 0) : lead);
    let next = at + (extended ? 2 : 1);
    if (!info) return next;
    if (info.class === 'named' || info.class === 'field' || info.class === 'createField') {
      this.found = true;
      return end;
    }
    let packageEnd = end;
    for (const kind of info.args) {
      switch (kind) {
        case 'byte':
          next += 1;
          break;
        case 'word':
          next += 2;
          break;
        case 'dword':
          next += 4;
          break;
        case 'qword':
          next += 8;
          break;
        case 'string':
          next += this.code.string(next, end).length + 1;
          break;
        case 'pkgLength': {
          const { length, next: behind } = packageLength(bytes, next);
          packageEnd = Math.min(next + length, end);
          next = behind;
          break;
        }
        case 'term':
        case 'data':
        case 'super':
        case 'simple':
        case 'target':
        case 'name':
          if (next < end && !this.found) next = this.term(next, end);
          break;
        default:
          if (info.code === AML_IF_OP || info.code === AML_ELSE_OP || info.code === AML_WHILE_OP) {
            this.list(next, packageEnd);
          }
          next = packageEnd;
      }
    }
    return next;
  }

  private name(at: number, end: number): number {
    const name = this.code.nameAt(at);
    if (!name) return at + 1;
    const node = lookupName(this.acpi, this.scope, name);
    let { next } = name;
    if (isStatus(node) || node.type !== ACPI_TYPE_METHOD || !(node.object instanceof MethodObject)) return next;
    for (let n = 0; n < node.object.paramCount && next < end; n++) next = this.term(next, end);
    return next;
  }
}

/** Marks a method that makes names as serialised, without a sync level. */
export function acpi_ds_auto_serialize_method(acpi: AcpiGlobals, node: AcpiNamespaceNode, method: MethodObject): void {
  const detector = new NamedOpcodeDetector(acpi, method.code, node);
  detector.list(method.start, method.end);
  if (!detector.found) return;
  method.serialized = true;
  method.ignoreSyncLevel = true;
  method.syncLevel = 0;
}

/** All that one table made. */
export function acpi_ds_initialize_objects(acpi: AcpiGlobals, ownerId: number, start: AcpiNamespaceNode): void {
  for (const node of start.children?.values() ?? []) {
    if (node.ownerId === ownerId && node.object instanceof MethodObject && !node.object.serialized) {
      acpi_ds_auto_serialize_method(acpi, node, node.object);
    }
    acpi_ds_initialize_objects(acpi, ownerId, node);
  }
}
