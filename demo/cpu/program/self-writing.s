# A program of Windows on x86 that compiles a function, and runs it.
#
# It asks for a page that it may read and write, and writes into it the machine code of
#
#     multiple(argument) = argument * FACTOR, by additions alone
#
# Then it calls the page. That faults, as the page is not executable: EXCEPTION_ACCESS_VIOLATION,
# with 8 for the kind of access. Its vectored handler makes the page executable and has the call go
# on. What the function answers is stored, and is the exit code.
#
# `node scripts/build-guest-program.mjs` makes self-writing.exe of it.

.intel_syntax noprefix

.equ FACTOR, 2478
.equ ARGUMENT, 1729
.equ FACTOR_BITS, 12

.equ PAGE_BYTES, 0x1000
.equ MEM_COMMIT_AND_RESERVE, 0x3000
.equ PAGE_READWRITE, 0x04
.equ PAGE_EXECUTE_READ, 0x20

.equ EXCEPTION_ACCESS_VIOLATION, 0xc0000005
.equ EXCEPTION_EXECUTE_FAULT, 8
.equ EXCEPTION_CONTINUE_EXECUTION, -1
.equ EXCEPTION_CONTINUE_SEARCH, 0

# Offsets in EXCEPTION_RECORD.
.equ EXCEPTION_CODE, 0x00
.equ ACCESS, 0x14
.equ ADDRESS, 0x18

.data
result:         .long 0                 # the first word, where whoever looks at it finds it
code:           .long 0                 # the page
old_protection: .long 0

# What it imports: the linker makes one table of the pieces, in the order of their numbers.
.section .idata$2, "dr"                 # the descriptor of kernel32.dll, and one of zeros
        .rva    names_of_functions
        .long   0, 0
        .rva    library
        .rva    functions
        .long   0, 0, 0, 0, 0

.section .idata$4, "dr"
names_of_functions:
        .rva    name_of_handler, name_of_exit, name_of_allocate, name_of_protect
        .long   0

.section .idata$5, "dr"                 # the same, until a loader writes addresses over it
functions:
AddVectoredExceptionHandler:
        .rva    name_of_handler
ExitProcess:
        .rva    name_of_exit
VirtualAlloc:
        .rva    name_of_allocate
VirtualProtect:
        .rva    name_of_protect
        .long   0

.section .idata$6, "dr"                 # each after a word of 0, the hint
name_of_handler:
        .short  0
        .asciz  "AddVectoredExceptionHandler"
        .p2align 1
name_of_exit:
        .short  0
        .asciz  "ExitProcess"
        .p2align 1
name_of_allocate:
        .short  0
        .asciz  "VirtualAlloc"
        .p2align 1
name_of_protect:
        .short  0
        .asciz  "VirtualProtect"

.section .idata$7, "dr"
library:
        .asciz  "kernel32.dll"

.text
.globl _start
_start:
        mov     eax, offset handler
        push    eax
        push    1                               # before all other handlers
        mov     eax, [AddVectoredExceptionHandler]
        call    eax

        push    PAGE_READWRITE
        push    MEM_COMMIT_AND_RESERVE
        push    PAGE_BYTES
        push    0                               # anywhere
        mov     eax, [VirtualAlloc]
        call    eax
        test    eax, eax
        jz      fail
        mov     [code], eax

        mov     edi, eax
        call    compile

        push    ARGUMENT
        mov     eax, [code]
        call    eax                             # faults
        mov     [result], eax
        push    eax
        mov     eax, [ExitProcess]
        call    eax

fail:
        push    -1
        mov     eax, [ExitProcess]
        call    eax

# Write the function to EDI: Horner's scheme over the bits of FACTOR, the highest first. Each is a
# doubling of the sum, and for a 1 an addition of the argument.
compile:
        cld
        mov     eax, 0x04244c8b                 # mov ecx, [esp + 4]
        stosd
        mov     ax, 0xc031                      # xor eax, eax
        stosw
        mov     ebx, FACTOR
        mov     ecx, FACTOR_BITS
        shl     ebx, 32 - FACTOR_BITS
next_bit:
        mov     ax, 0xc001                      # add eax, eax
        stosw
        shl     ebx, 1
        jnc     no_addition
        mov     ax, 0xc801                      # add eax, ecx
        stosw
no_addition:
        loop    next_bit
        mov     al, 0xc2                        # ret 4
        stosb
        mov     ax, 4
        stosw
        ret

# LONG handler(EXCEPTION_POINTERS *pointers)
handler:
        push    ebp
        mov     ebp, esp
        mov     eax, [ebp + 8]
        mov     eax, [eax]                      # its EXCEPTION_RECORD
        cmp     dword ptr [eax + EXCEPTION_CODE], EXCEPTION_ACCESS_VIOLATION
        jne     not_ours
        cmp     dword ptr [eax + ACCESS], EXCEPTION_EXECUTE_FAULT
        jne     not_ours
        mov     edx, [eax + ADDRESS]
        cmp     edx, [code]
        jne     not_ours

        mov     ecx, offset old_protection
        push    ecx
        push    PAGE_EXECUTE_READ
        push    PAGE_BYTES
        push    edx
        mov     eax, [VirtualProtect]
        call    eax
        test    eax, eax
        jz      not_ours
        mov     eax, EXCEPTION_CONTINUE_EXECUTION
        leave
        ret     4

not_ours:
        mov     eax, EXCEPTION_CONTINUE_SEARCH
        leave
        ret     4
