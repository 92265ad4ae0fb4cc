/** The exports of the core by which it asks for pages that the host keeps, and for files. */
export interface RequestExports {
  /** One field of the pending request, by `RequestField`. */
  requestFieldF64(field: number): number;
  /** What became of it: 0 or an NTSTATUS. 0 where the ticket is not awaited any more. */
  requestAnswer(ticket: number, status: number): number;
  /**
   * NtCreateSection over a file. STATUS_ASKS: the file has to grow to result 0 bytes first. Result
   * 0: the section; result 1: the content, which all sections of the file share.
   */
  sectionCreateFileF64(
    context: number,
    file: number,
    content: number,
    fileBytes: number,
    fileAccess: number,
    sizeBytes: number,
    protection: number,
    attributes: number,
  ): number;
  /** NtExtendSection, in the same way. Result 0: the size. */
  sectionExtendF64(context: number, section: number, fileBytes: number, sizeBytes: number): number;
  /**
   * End a file's content that nobody needs: 0 done, 1 somebody needs it, 2 a page has to be written
   * first.
   */
  contentEnd(content: number): number;
}

export const RequestKind = { None: 0, Store: 1, Load: 2, Write: 3, Read: 4 } as const;

export const RequestField = { Kind: 0, Ticket: 1, Number: 2, Page: 3, Linear: 4 } as const;

/** What a handle of a file allows, as `sectionCreateFile` is told. */
export const FileAccess = { Read: 1, Write: 2, Execute: 4 } as const;

export const ContentEnd = { Done: 0, Needed: 1, Asks: 2 } as const;

/** Not an NTSTATUS of Windows: the host has something to do before the call is made again. */
export const STATUS_ASKS = 0x20000001;
