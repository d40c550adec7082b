// SPDX-License-Identifier: GPL-2.0-or-later
// _CCA in every form that a constant can have, and as methods.
DefinitionBlock ("", "DSDT", 2, "VCKTST", "FORMS", 1)
{
    Scope (\_SB)
    {
        Device (DEV0) { Name (_HID, "VCKT0000") Name (_CCA, Zero) }
        Device (DEV1) { Name (_HID, "VCKT0001") Name (_CCA, One) }
        Device (DEV2) { Name (_HID, "VCKT0002") Name (_CCA, Ones) }
        Device (DEV3) { Name (_HID, "VCKT0003") Name (_CCA, 0x0F) }
        Device (DEV4) { Name (_HID, "VCKT0004") Name (_CCA, 0x1234) }
        Device (DEV5) { Name (_HID, "VCKT0005") Name (_CCA, 0x80000001) }
        Device (DEV6) { Name (_HID, "VCKT0006") Name (_CCA, 0x8000000000000001) }
        // the length byte of this method is 08: its bytes look like Name (_CCA, Zero)
        Device (QCOM) { Name (_HID, "VCKT0007") Method (_CCA) { Return (One) } }
        Device (MZER) { Name (_HID, "VCKT0008") Method (_CCA) { Return (Zero) } }
        Device (MBYT) { Name (_HID, "VCKT0009") Method (_CCA, 0, Serialized) { Return (0x0F) } }
        Name (FLAG, One)
        Device (MNAM) { Name (_HID, "VCKT000A") Method (_CCA) { Return (FLAG) } }
        Device (MIF0) { Name (_HID, "VCKT000B") Method (_CCA) { If (FLAG) { Return (One) } Return (Zero) } }
        Device (DEVN) { Name (_HID, "VCKT000C") }
    }
}
