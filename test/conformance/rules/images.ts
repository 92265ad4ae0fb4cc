import { rulesOf } from "../support/rule-index.ts";

/** Section 7: sections and views of programs. */
export const imageRules = rulesOf(`
7.1#13 | wine-test
  An empty file, a file without MZ and a file with other headers than a program's are refused: 193.
7.1#28 | wine-test
  Which attributes go together where the file is a program.
7.1#27 | wine-test
  NtQuerySection reports SEC_IMAGE and SEC_FILE, and nothing of NO_EXECUTE.
7.3#4 | wine-test
  SEC_IMAGE: the protection asked is held against the handle alone; pages get what the image says.
7.4#5 | wine-test oracle
  SEC_IMAGE: committed as the headers say, with 80 as AllocationProtect.
7.4#6 | wine-test ?
  SEC_IMAGE_NO_EXECUTE: READONLY and WRITECOPY, with 08 as AllocationProtect.
7.5#4 | wine-test
  A view of an image is unmapped as any other.
7.8#13 | wine-test oracle
  COMMIT in a view of an image: 5.
7.9#1 | oracle
  The headers are READONLY.
7.9#2 | oracle
  A section that is read is READONLY.
7.9#3 | oracle
  A section that is written is WRITECOPY: each process has its own.
7.9#4 | wine-src
  A section that is written and SHARED is READWRITE: one memory for all.
7.9#5 | oracle wine-src
  A section that is executed is EXECUTE_READ, or EXECUTE where it is not read.
7.9#6 | wine-src
  A section that is executed and written is EXECUTE_WRITECOPY, or EXECUTE_READWRITE where SHARED.
7.9#7 | wine-src
  A section without any right is NOACCESS.
7.9#8 | wine-test
  The view has SizeOfImage; a size or offset inside it is taken.
7.9#9 | wine-test
  A view that is not at the address that the image wants: IMAGE_NOT_AT_BASE, a success.
7.9#10 | wine-test
  Bytes come from wherever the file has them; what it does not have is zero.
7.9#11 | oracle wine-test
  VirtualProtect READWRITE of a header shows WRITECOPY, and READWRITE after a write.
13#10 | doc
  A view of an image is charged for its pages that are private and may be written.
`);

/** Section 17.12 of images. */
export const imageAdditionRules = rulesOf(`
17.12#3 | wine-src
  SectionImageInformation: 30 or 40 bytes of what the headers say.
`);
