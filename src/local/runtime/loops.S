/* The runtime loops, as they stand in loops/; both end with a zero byte. */
    .section .rodata
    .global sluice_loop_node
sluice_loop_node:
    .incbin "node.mjs"
    .byte 0
    .global sluice_loop_python
sluice_loop_python:
    .incbin "python.py"
    .byte 0
    .section .note.GNU-stack,"",%progbits
