/**
 * What `-cpu help` says of each model of QEMU 7.2: nothing stands for "alias configured by machine type", a dot for no
 * description.
 */
export const CPU_HELP = `
  486
  486-v1 .
  Broadwell
  Broadwell-IBRS (alias of Broadwell-v3)
  Broadwell-noTSX (alias of Broadwell-v2)
  Broadwell-noTSX-IBRS (alias of Broadwell-v4)
  Broadwell-v1 Intel Core Processor (Broadwell)
  Broadwell-v2 Intel Core Processor (Broadwell, no TSX)
  Broadwell-v3 Intel Core Processor (Broadwell, IBRS)
  Broadwell-v4 Intel Core Processor (Broadwell, no TSX, IBRS)
  Cascadelake-Server
  Cascadelake-Server-noTSX (alias of Cascadelake-Server-v3)
  Cascadelake-Server-v1 Intel Xeon Processor (Cascadelake)
  Cascadelake-Server-v2 Intel Xeon Processor (Cascadelake) [ARCH_CAPABILITIES]
  Cascadelake-Server-v3 Intel Xeon Processor (Cascadelake) [ARCH_CAPABILITIES, no TSX]
  Cascadelake-Server-v4 Intel Xeon Processor (Cascadelake) [ARCH_CAPABILITIES, EPT switching, no TSX]
  Cascadelake-Server-v5 Intel Xeon Processor (Cascadelake) [ARCH_CAPABILITIES, EPT switching, XSAVES, no TSX]
  Conroe
  Conroe-v1 Intel Celeron_4x0 (Conroe/Merom Class Core 2)
  Cooperlake
  Cooperlake-v1 Intel Xeon Processor (Cooperlake)
  Cooperlake-v2 Intel Xeon Processor (Cooperlake) [XSAVES]
  Denverton
  Denverton-v1 Intel Atom Processor (Denverton)
  Denverton-v2 Intel Atom Processor (Denverton) [no MPX, no MONITOR]
  Denverton-v3 Intel Atom Processor (Denverton) [XSAVES, no MPX, no MONITOR]
  Dhyana
  Dhyana-v1 Hygon Dhyana Processor
  Dhyana-v2 Hygon Dhyana Processor [XSAVES]
  EPYC
  EPYC-IBPB (alias of EPYC-v2)
  EPYC-Milan
  EPYC-Milan-v1 AMD EPYC-Milan Processor
  EPYC-Rome
  EPYC-Rome-v1 AMD EPYC-Rome Processor
  EPYC-Rome-v2 AMD EPYC-Rome Processor
  EPYC-v1 AMD EPYC Processor
  EPYC-v2 AMD EPYC Processor (with IBPB)
  EPYC-v3 AMD EPYC Processor
  Haswell
  Haswell-IBRS (alias of Haswell-v3)
  Haswell-noTSX (alias of Haswell-v2)
  Haswell-noTSX-IBRS (alias of Haswell-v4)
  Haswell-v1 Intel Core Processor (Haswell)
  Haswell-v2 Intel Core Processor (Haswell, no TSX)
  Haswell-v3 Intel Core Processor (Haswell, IBRS)
  Haswell-v4 Intel Core Processor (Haswell, no TSX, IBRS)
  Icelake-Server
  Icelake-Server-noTSX (alias of Icelake-Server-v2)
  Icelake-Server-v1 Intel Xeon Processor (Icelake)
  Icelake-Server-v2 Intel Xeon Processor (Icelake) [no TSX]
  Icelake-Server-v3 Intel Xeon Processor (Icelake)
  Icelake-Server-v4 Intel Xeon Processor (Icelake)
  Icelake-Server-v5 Intel Xeon Processor (Icelake) [XSAVES]
  Icelake-Server-v6 Intel Xeon Processor (Icelake) [5-level EPT]
  IvyBridge
  IvyBridge-IBRS (alias of IvyBridge-v2)
  IvyBridge-v1 Intel Xeon E3-12xx v2 (Ivy Bridge)
  IvyBridge-v2 Intel Xeon E3-12xx v2 (Ivy Bridge, IBRS)
  KnightsMill
  KnightsMill-v1 Intel Xeon Phi Processor (Knights Mill)
  Nehalem
  Nehalem-IBRS (alias of Nehalem-v2)
  Nehalem-v1 Intel Core i7 9xx (Nehalem Class Core i7)
  Nehalem-v2 Intel Core i7 9xx (Nehalem Core i7, IBRS update)
  Opteron_G1
  Opteron_G1-v1 AMD Opteron 240 (Gen 1 Class Opteron)
  Opteron_G2
  Opteron_G2-v1 AMD Opteron 22xx (Gen 2 Class Opteron)
  Opteron_G3
  Opteron_G3-v1 AMD Opteron 23xx (Gen 3 Class Opteron)
  Opteron_G4
  Opteron_G4-v1 AMD Opteron 62xx class CPU
  Opteron_G5
  Opteron_G5-v1 AMD Opteron 63xx class CPU
  Penryn
  Penryn-v1 Intel Core 2 Duo P9xxx (Penryn Class Core 2)
  SandyBridge
  SandyBridge-IBRS (alias of SandyBridge-v2)
  SandyBridge-v1 Intel Xeon E312xx (Sandy Bridge)
  SandyBridge-v2 Intel Xeon E312xx (Sandy Bridge, IBRS update)
  Skylake-Client
  Skylake-Client-IBRS (alias of Skylake-Client-v2)
  Skylake-Client-noTSX-IBRS (alias of Skylake-Client-v3)
  Skylake-Client-v1 Intel Core Processor (Skylake)
  Skylake-Client-v2 Intel Core Processor (Skylake, IBRS)
  Skylake-Client-v3 Intel Core Processor (Skylake, IBRS, no TSX)
  Skylake-Client-v4 Intel Core Processor (Skylake, IBRS, no TSX) [IBRS, XSAVES, no TSX]
  Skylake-Server
  Skylake-Server-IBRS (alias of Skylake-Server-v2)
  Skylake-Server-noTSX-IBRS (alias of Skylake-Server-v3)
  Skylake-Server-v1 Intel Xeon Processor (Skylake)
  Skylake-Server-v2 Intel Xeon Processor (Skylake, IBRS)
  Skylake-Server-v3 Intel Xeon Processor (Skylake, IBRS, no TSX)
  Skylake-Server-v4 Intel Xeon Processor (Skylake, IBRS, no TSX) [IBRS, EPT switching, no TSX]
  Skylake-Server-v5 Intel Xeon Processor (Skylake, IBRS, no TSX) [IBRS, XSAVES, EPT switching, no TSX]
  Snowridge
  Snowridge-v1 Intel Atom Processor (SnowRidge)
  Snowridge-v2 Intel Atom Processor (Snowridge, no MPX)
  Snowridge-v3 Intel Atom Processor (Snowridge, no MPX) [XSAVES, no MPX]
  Snowridge-v4 Intel Atom Processor (Snowridge, no MPX) [no split lock detect, no core-capability]
  Westmere
  Westmere-IBRS (alias of Westmere-v2)
  Westmere-v1 Westmere E56xx/L56xx/X56xx (Nehalem-C)
  Westmere-v2 Westmere E56xx/L56xx/X56xx (IBRS update)
  athlon
  athlon-v1 QEMU Virtual CPU version 2.5+
  core2duo
  core2duo-v1 Intel(R) Core(TM)2 Duo CPU     T7700  @ 2.40GHz
  coreduo
  coreduo-v1 Genuine Intel(R) CPU           T2600  @ 2.16GHz
  kvm32
  kvm32-v1 Common 32-bit KVM processor
  kvm64
  kvm64-v1 Common KVM processor
  n270
  n270-v1 Intel(R) Atom(TM) CPU N270   @ 1.60GHz
  pentium
  pentium-v1 .
  pentium2
  pentium2-v1 .
  pentium3
  pentium3-v1 .
  phenom
  phenom-v1 AMD Phenom(tm) 9550 Quad-Core Processor
  qemu32
  qemu32-v1 QEMU Virtual CPU version 2.5+
  qemu64
  qemu64-v1 QEMU Virtual CPU version 2.5+
  base base CPU model type with no features enabled
  host processor with all supported host features
  max Enables all features supported by the accelerator in the current host
`;
