/** Exports about views that may take the place of a placeholder, and about pages shown twice. */
export interface ViewExports {
  /**
   * As `viewMapF64`, with the types of placeholders (7.10) and address requirements (8.2), of which
   * 0 says nothing. R0 = base, R1 = size.
   */
  viewMapExF64(
    context: number,
    target: number,
    section: number,
    rights: number,
    baseAt: number,
    base: number,
    offsetAt: number,
    offset: number,
    sizeAt: number,
    size: number,
    type: number,
    protection: number,
    lowest: number,
    highest: number,
    alignment: number,
  ): number;
  /** `flags` are those of UnmapViewOfFile2. */
  viewUnmapExF64(context: number, target: number, address: number, flags: number): number;
  /**
   * VirtualCopy of Windows CE: reserved pages show those at `source`, which is a physical address
   * >> 8 with PAGE_PHYSICAL.
   */
  pagesCopyF64(
    context: number,
    target: number,
    destination: number,
    source: number,
    size: number,
    protection: number,
  ): number;
}
