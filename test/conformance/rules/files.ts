import { rulesOf } from "../support/rule-index.ts";

/** Sections that a file backs (7), and pages that leave memory (17.14). */
export const fileRules = rulesOf(`
7.1#9 | wine-test
  The handle of the file must allow what the protection of the section asks for.
7.1#10 | wine-test doc
  An empty file without a size: MAPPED_FILE_SIZE_ZERO, 1006.
7.1#11 | wine-test doc
  A size beyond the end of the file needs a protection that writes.
7.1#12 | doc
  With one the file is extended by zeros; a full disk is 112.
7.1#25 | wine-test
  Which attributes go with a data file; RESERVE has no effect there.
7.1#26 | wine-test
  A section over a file keeps its size in bytes, and reports FILE instead of COMMIT or RESERVE.
7.2#17 | doc
  Bytes between the end of the file and of its last page are zero, writable, and not stored.
7.4#4 | oracle wine-test
  A data file, with RESERVE or without: committed, with the protection of the view.
7.7#9 | oracle
  A private copy never reaches the file.
7.8#11 | wine-test oracle
  COMMIT in a view of a data file: 5.
7.8#12 | doc
  RESET in a view of a data file: 487.
7.11#1 | doc
  FlushViewOfFile writes the dirty pages of the range; size 0 goes to the end of the view.
17.12#10 | ros-src doc ?
  NtExtendSection: pointer, handle and rights, data file, size; file and section grow by zeros.
17.12#11 | wine-src
  The handle of CreateFileMapping cannot extend its section.
17.12#15 | doc ?
  A page wholly behind the end of a file that was cut: IN_PAGE_ERROR with END_OF_FILE.
17.14#9 | doc ?
  The page that was not used for longest leaves first; locked pages never do.
17.14#10 | doc
  Reset pages leave without a write, and come back as zeros without a read.
17.14#11 | doc ?
  A page that cannot be read is IN_PAGE_ERROR with IO_DEVICE_ERROR, and stays out for a later touch.
17.14#12 | ?
  A page that cannot be stored stays; without another that may leave: IN_PAGE_ERROR with NO_MEMORY.
`);
