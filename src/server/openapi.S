/* docs/reference/openapi.json as it stands there, with a zero byte behind it. */
    .section .rodata
    .global sluice_openapi
sluice_openapi:
    .incbin "openapi.json"
    .byte 0
    .section .note.GNU-stack,"",%progbits
