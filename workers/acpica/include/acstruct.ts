/** State of a running method: upstream `acstruct.h` and `acparser.h`. */
import type { Opcode } from '../../aml/opcodes.ts';
import type { AcpiGlobals } from './acglobal.ts';
import {
  AcpiNamespaceNode,
  type AcpiOperand,
  type AcpiOperandObject,
  type MethodObject,
  type MutexObject,
  ReferenceObject,
} from './acobject.ts';
import { ACPI_TYPE_ANY, ANOBJ_METHOD_ARG, ANOBJ_METHOD_LOCAL } from './actypes.ts';
import type { AmlCode, NameInCode } from './amlcode.ts';

/** One evaluation from outside, with all methods that it calls. */
export interface AcpiThreadState {
  /** As the OS names it; never 0. */
  readonly threadId: number;
  currentSyncLevel: number;
  /** AML mutexes held, the last acquired first. */
  readonly acquiredMutexes: MutexObject[];
  readonly walkStates: WalkState[];
}

/** An operator that is being parsed: its operands come in as they are evaluated. */
export class ParseOp {
  readonly info: Opcode;
  /** Offset of the opcode. */
  readonly start: number;
  /** Its value goes to the operator around it. */
  readonly isOperand: boolean;
  /** Next entry of `info.args`. */
  argIndex = 0;
  readonly operands: (AcpiOperand | undefined)[] = [];
  /** Literal data of a named object: flags, levels. */
  readonly data: number[] = [];
  packageEnd = 0;
  node: AcpiNamespaceNode | undefined = undefined;
  /** Named objects that opened a scope. */
  scopePushed = false;
  /** `If` and `While`: where the predicate begins, whether it is being evaluated, and what it was. */
  predicateStart = 0;
  inPredicate = false;
  predicate = false;
  loopTimeout = 0n;
  /** A method call: the method, and how many arguments are to come. */
  callee: AcpiNamespaceNode | undefined = undefined;
  argumentsLeft = 0;
  /** Package: names stay names. Field lists: offset of the list. */
  listStart = 0;

  constructor(info: Opcode, start: number, isOperand: boolean) {
    this.info = info;
    this.start = start;
    this.isOperand = isOperand;
  }
}

export class WalkState {
  readonly acpi: AcpiGlobals;
  readonly thread: AcpiThreadState;
  readonly code: AmlCode;
  /** Offset of the next byte. */
  aml: number;
  readonly amlEnd: number;
  /** Node of the running method; undefined for a table's body loaded at the root. */
  readonly methodNode: AcpiNamespaceNode | undefined;
  readonly methodDesc: MethodObject;
  readonly ownerId: number;
  readonly moduleLevel: boolean;
  readonly nestingDepth: number;
  /** Namespace scopes, the innermost last. */
  readonly scopes: AcpiNamespaceNode[];
  readonly ops: ParseOp[] = [];
  /** The operator that is executed. */
  opInfo: Opcode | undefined = undefined;
  opcode = 0;
  resultObj: AcpiOperand | undefined = undefined;
  returnDesc: AcpiOperand | undefined = undefined;
  implicitReturnObj: AcpiOperand | undefined = undefined;
  lastPredicate = false;
  /** A name that could not be an operand at once: to be read, or not found. */
  pendingName:
    | { readonly name: NameInCode; readonly node: AcpiNamespaceNode | undefined; readonly isOperand: boolean }
    | undefined = undefined;
  /** The call that is being executed. */
  callOp: ParseOp | undefined = undefined;
  private readonly localNodes: (AcpiNamespaceNode | undefined)[] = [];
  private readonly argumentNodes: (AcpiNamespaceNode | undefined)[] = [];
  private readonly localRefs: (ReferenceObject | undefined)[] = [];
  private readonly argumentRefs: (ReferenceObject | undefined)[] = [];

  constructor(
    acpi: AcpiGlobals,
    thread: AcpiThreadState,
    method: MethodObject,
    methodNode: AcpiNamespaceNode | undefined,
    scope: AcpiNamespaceNode,
    nestingDepth: number,
  ) {
    this.acpi = acpi;
    this.thread = thread;
    this.code = method.code;
    this.aml = method.start;
    this.amlEnd = method.end;
    this.methodNode = methodNode;
    this.methodDesc = method;
    this.ownerId = method.ownerId;
    this.moduleLevel = method.moduleLevel;
    this.nestingDepth = nestingDepth;
    this.scopes = [scope];
  }

  get scope(): AcpiNamespaceNode {
    return this.scopes[this.scopes.length - 1] ?? this.acpi.rootNode;
  }

  /** The node that holds a local or an argument. */
  variable(kind: 'local' | 'arg', index: number): AcpiNamespaceNode {
    const nodes = kind === 'local' ? this.localNodes : this.argumentNodes;
    let node = nodes[index];
    if (!node) {
      node = new AcpiNamespaceNode(kind === 'local' ? `Loc${index}` : `Arg${index}`, ACPI_TYPE_ANY);
      node.flags = kind === 'local' ? ANOBJ_METHOD_LOCAL : ANOBJ_METHOD_ARG;
      nodes[index] = node;
    }
    return node;
  }

  /** The operand that LocalX or ArgX stands for. */
  variableReference(kind: 'local' | 'arg', index: number): ReferenceObject {
    const references = kind === 'local' ? this.localRefs : this.argumentRefs;
    let reference = references[index];
    if (!reference) {
      reference = new ReferenceObject(kind);
      reference.value = index;
      reference.node = this.variable(kind, index);
      references[index] = reference;
    }
    return reference;
  }

  /** True for a node that is one of this method's locals or arguments. */
  ownsVariable(node: AcpiNamespaceNode): boolean {
    return this.localNodes.includes(node) || this.argumentNodes.includes(node);
  }

  setArguments(values: readonly (AcpiOperandObject | undefined)[]): void {
    values.forEach((value, index) => {
      this.variable('arg', index).object = value;
    });
  }
}
