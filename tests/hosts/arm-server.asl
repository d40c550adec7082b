// SPDX-License-Identifier: GPL-2.0-or-later
// DSDT of the made-up Arm server: a coherent root complex, a coherent SMMU behind it, one
// platform device that says it is not coherent and one whose _CCA is a method.
DefinitionBlock ("", "DSDT", 2, "VCHECK", "ARMSRV", 1)
{
    Scope (\_SB)
    {
        Device (PCI0)
        {
            Name (_HID, "PNP0A08")
            Name (_UID, 0)
            Name (_SEG, 0)
            Name (_BBN, 0)
            Name (_CCA, One)
        }
        Device (DMA0)
        {
            Name (_HID, "VCHK0001")
            Name (_UID, 0)
            Name (_CCA, Zero)
        }
        Device (ETH0)
        {
            Name (_HID, "VCHK0002")
            Name (_UID, 0)
            Method (_CCA, 0, NotSerialized)
            {
                Return (One)
            }
        }
    }
}
