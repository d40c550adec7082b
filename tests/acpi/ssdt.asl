// SPDX-License-Identifier: GPL-2.0-or-later
// A secondary table: _CCA for devices of another table, with long and short packages.
DefinitionBlock ("", "SSDT", 2, "VCKTST", "SECOND", 1)
{
    Device (\_SB.NEW0)
    {
        Name (_HID, "VCKT0000")
        Name (BIG0, Buffer (300) { 1 })
        Name (_CCA, Zero)
        Device (SUB0) { Name (_ADR, Zero) Name (_CCA, One) }
    }
    Scope (\_SB.NEW0.SUB0)
    {
        Method (_STA) { If (LEqual (1, 1)) { Return (0x0F) } Return (Zero) }
    }
}
