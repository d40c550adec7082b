// SPDX-License-Identifier: GPL-2.0-or-later
// Where _CCA can be declared, and what stands around it.
DefinitionBlock ("", "DSDT", 2, "VCKTST", "SCOPES", 1)
{
    External (\_SB.FAR_, DeviceObj)
    External (\_SB.MTHE, MethodObj, IntObj, {IntObj, IntObj})
    Name (PKG0, Package () { "_CCA", 0x08, One, Package () { \_SB, "x" }, Buffer (4) { 8, 0x5F, 0x43, 0x43 } })
    Name (BUF0, Buffer () { 0x08, 0x5F, 0x43, 0x43, 0x41, 0x01 })
    Name (STR0, "a string with \x08_CCA in it")
    OperationRegion (REG0, SystemMemory, 0x1000, 0x100)
    Field (REG0, DWordAcc, NoLock, Preserve) { FLD0, 8, Offset (0x10), FLD1, 32 }
    IndexField (FLD0, FLD1, ByteAcc, NoLock, Preserve) { IDX0, 8 }
    BankField (REG0, FLD0, 1, ByteAcc, NoLock, Preserve) { BNK0, 8 }
    Mutex (MTX0, 8)
    Event (EVT0)
    Method (USED, 2, Serialized) { Name (_CCA, Zero) Return (Arg0) }
    Scope (_SB)
    {
        CreateDWordField (BUF0, 1, CDW0)
        PowerResource (PWR0, 0, 1) { Method (_STA) { Return (One) } }
        Device (PCI0)
        {
            Name (_HID, EisaId ("PNP0A08"))
            Name (_CCA, One)
            Device (RP00)
            {
                Name (_ADR, 0x001C0000)
                Name (_CCA, Zero)
                Device (DEV0) { Name (_ADR, Zero) Name (^^SIBL, 1) }
            }
            Method (_CRS) { Local0 = Zero Return (Local0) }
        }
        Device (PCI1) { Name (_HID, EisaId ("PNP0A08")) }
        Device (PCI2) { Name (_HID, EisaId ("PNP0A08")) Device (SUB0) { Name (_ADR, 1) } }
        Name (PCI1._CCA, Zero)
        Name (\_SB.PCI2.SUB0._CCA, 0x0F)
        Scope (PCI2.SUB0) { Device (LEAF) { Name (_ADR, 2) Name (_CCA, One) } }
        Scope (^) { Device (ROOT) { Name (_HID, "VCKT0001") Name (_CCA, One) } }
        Device (UP00)
        {
            Name (_HID, "VCKT0002")
            // a lone name is searched upwards: this is \_SB.PCI1
            Scope (PCI1) { Device (SUB1) { Name (_ADR, 1) Name (_CCA, One) } }
        }
        If (One) { Device (YES0) { Name (_HID, "VCKT0003") Name (_CCA, One) } }
        If (Zero) { Device (NOT0) { Name (_HID, "VCKT0004") Name (_CCA, One) } }
        Else { Device (YES1) { Name (_HID, "VCKT0005") Name (_CCA, Zero) } }
    }
    Scope (\_TZ) { ThermalZone (TZ00) { Method (_TMP) { Return (3000) } } }
}
