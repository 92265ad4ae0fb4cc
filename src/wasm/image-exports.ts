/** The export of the core for sections of programs. */
export interface ImageExports {
  /**
   * NtCreateSection with SEC_IMAGE. `status` is what the host found wrong with the headers, or 0;
   * `runs` of equal pages lie in the transfer area (`ADOPT_RUN_BYTES` each), and are not read where
   * the image has a `content` already. Result 0: the section; result 1: the content.
   */
  sectionCreateImageF64(
    context: number,
    status: number,
    file: number,
    content: number,
    imageBytes: number,
    imageBase: number,
    runs: number,
    fileAccess: number,
    sizeBytes: number,
    protection: number,
    attributes: number,
  ): number;
}
