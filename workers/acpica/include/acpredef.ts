/** What the specification's predefined objects return (ACPI 6.4 §5.6.8 and the chapters of each). */

/** Bits of types that are allowed. */
export const ACPI_RTYPE_NONE = 0x01;
export const ACPI_RTYPE_INTEGER = 0x02;
export const ACPI_RTYPE_STRING = 0x04;
export const ACPI_RTYPE_BUFFER = 0x08;
export const ACPI_RTYPE_PACKAGE = 0x10;
export const ACPI_RTYPE_REFERENCE = 0x20;

/**
 * Shape of a package: `1…` elements are data, `2…` elements are packages themselves.
 *
 * `1Fixed` so many of each type · `1Var` any number of one type · `1Option` typed elements, then any number · `2` each
 * as `1Fixed` · `2Count` each begins with its own length · `2PkgCount` the first element tells how many follow ·
 * `2Fixed` each with typed elements · `2Min` each with at least so many · `2RevFixed` a revision, then as `2` ·
 * `2FixVar` fixed ones, then any number · `2VarVar` not checked · `2UuidPair` UUID and package in turn · `custom` _BIX
 */
export type PackageShape =
  | '1Fixed'
  | '1Var'
  | '1Option'
  | '2'
  | '2Count'
  | '2PkgCount'
  | '2Fixed'
  | '2Min'
  | '2RevFixed'
  | '2FixVar'
  | '2VarVar'
  | '2UuidPair'
  | 'custom';

export interface PredefinedName {
  /** ACPI_RTYPE_ bits. */
  readonly types: number;
  readonly shape: PackageShape | undefined;
  /** Types of elements and how many of each; for `1Option` and `2Fixed` one by one. */
  readonly elements: readonly { readonly types: number; readonly count: number }[];
}

/**
 * Types of the value, shape, elements: N none, I Integer, S String, B Buffer, P Package, R Reference. Objects that
 * return nothing, or whatever they like, are not listed.
 */
const TABLE: Readonly<Record<string, string>> = {
  B: '_AEI _CRS _DMA _FDE _FIT _GRT _GTF _GTM _HMA _MAT _NBS _NCH _NIC _NIG _NIH _OSC _PRS _ROM _SLI _STR _WDG',
  I:
    '_AC0 _AC1 _AC2 _AC3 _AC4 _AC5 _AC6 _AC7 _AC8 _AC9 _ADR _ALC _ALI _ALP _ALT _BBN _BCT _BDN _BMA _BMS _BPT _BQC ' +
    '_BTM _CBA _CCA _CDM _CR3 _CRT _CWS _DCK _DCS _DGS _EC_ _ERR _GAI _GCP _GHL _GLK _GPD _GPE _GSB _GWS _HOT _HRV ' +
    '_IFT _LID _LSW _MSM _MTL _NTT _PAI _PDL _PMM _PPC _PPE _PSC _PSR _PSV _PTP _PXM _REV _RMV _RTV _S1D _S2D _S3D ' +
    '_S4D _S0W _S1W _S2W _S3W _S4W _SBS _SEG _SHL _SPD _SRT _SRV _STA _STP _STV _SUN _SWS _TC1 _TC2 _TDL _TFP _TIP ' +
    '_TIV _TMP _TPC _TSP _TST _TZP _UPD _UPP _VPO _WPC _WPP',
  IB: '_DDC',
  IS: '_HID _UID',
  ISB: '_WED',
  R: '_TSN _TZM',
  S: '_DDN _EJD _OS_ _SUB',
  'ISP 1Var IS0': '_CID',
  'NIP 1Fixed I2': '_WAK',
  'P 1Fixed B2': '_PCT _PTC',
  'P 1Fixed BI1': '_SBW',
  'P 1Fixed I16': '_FDI',
  'P 1Fixed I2': '_PUR',
  'P 1Fixed I3': '_CBR _CLS _FST _LSI',
  'P 1Fixed I4': '_BPC _BST _FIF _HPP _SBA _UPC',
  'P 1Fixed I5': '_BMD _BPS',
  'P 1Fixed I8': '_MBM',
  'P 1Fixed R1': '_PRR',
  'P 1Var B0': '_PLD',
  'P 1Var I0': '_BCL _DOD _FIX',
  'P 1Var I1': '_S0_ _S1_ _S2_ _S3_ _S4_ _S5_',
  'P 1Var IB0': '_CPC',
  'P 1Var R0':
    '_AL0 _AL1 _AL2 _AL3 _AL4 _AL5 _AL6 _AL7 _AL8 _AL9 _DEP _EDL _PCL _PMD _PR0 _PR1 _PR2 _PR3 _PRE _PRL _PSL _TZD',
  'P 2 I2': '_ALR',
  'P 2 I5': '_TSS',
  'P 2 I6': '_PSS',
  'P 2Count I0': '_CSD _PSD',
  'P 2Count I5': '_TSD',
  'P 2Min I5': '_HPX',
  'P 2RevFixed I2': '_LPD',
  'P 2RevFixed I5': '_FPS',
  'P 1Fixed I1 B1': '_LSR _SBI',
  'P 1Fixed I11 S3': '_PMC',
  'P 1Fixed I2 BI1': '_SBR _SBT',
  'P 1Fixed I3 S3': '_PIF',
  'P 1Fixed I9 S4': '_BIF',
  'P 2 R2 I6': '_TRT',
  'P 2 S1 B1': '_MLS',
  'P 2FixVar R1 RB0': '_DLM',
  'P 2PkgCount B1 I3': '_CST',
  'P 2RevFixed R2 I11': '_ART',
  'P 2UuidPair B1 P1': '_DSD',
  'P 2VarVar I1 R0': '_RDI',
  'P 2VarVar I3 IBS10': '_LPI',
  'P custom I16 S4': '_BIX',
  // two elements of these types, then references
  'P 1Option IP1 I1 R0': '_PRW',
  'P 2Fixed I1 I1 IR1 I1': '_PRT',
};

const TYPE_BITS: Readonly<Record<string, number>> = {
  N: ACPI_RTYPE_NONE,
  I: ACPI_RTYPE_INTEGER,
  S: ACPI_RTYPE_STRING,
  B: ACPI_RTYPE_BUFFER,
  P: ACPI_RTYPE_PACKAGE,
  R: ACPI_RTYPE_REFERENCE,
};

const typeBits = (letters: string): number => [...letters].reduce((bits, letter) => bits | (TYPE_BITS[letter] ?? 0), 0);

function parseRow(row: string): PredefinedName {
  const [types = '', shape, ...elements] = row.split(' ');
  return {
    types: typeBits(types),
    shape: shape as PackageShape | undefined,
    elements: elements.map((element) => {
      const [, letters = '', count = '0'] = /^([A-Z]+)(\d+)$/.exec(element) ?? [];
      return { types: typeBits(letters), count: Number(count) };
    }),
  };
}

const PREDEFINED = new Map(
  Object.entries(TABLE).flatMap(([row, names]) => {
    const parsed = parseRow(row);
    return names.split(' ').map((name): [string, PredefinedName] => [name, parsed]);
  }),
);

/** What an object of this name is to return; undefined when that is not checked. */
export const acpi_ut_match_predefined_method = (name: string): PredefinedName | undefined => PREDEFINED.get(name);
