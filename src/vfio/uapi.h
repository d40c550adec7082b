/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that the headers of Linux 6.1 (Debian 12) do not have. Numbers and layouts
 * are the kernel's interface: include/uapi/linux/iommufd.h and vfio.h, 6.6, 6.12, 7.3. */
#ifndef VCK_VFIO_UAPI_H
#define VCK_VFIO_UAPI_H

#include <linux/vfio.h>
#include <stddef.h>
#include <stdint.h>

/* vfio.h, 6.6: VFIO_DEVICE_BIND_IOMMUFD and VFIO_DEVICE_ATTACH_IOMMUFD_PT */
#define VCK_DEVICE_BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)
#define VCK_DEVICE_ATTACH_PT	_IO(VFIO_TYPE, VFIO_BASE + 19)
#define VCK_DEVICE_DETACH_PT	_IO(VFIO_TYPE, VFIO_BASE + 20)

struct vck_uapi_bind {
	uint32_t argsz, flags;
	int32_t iommufd;
	uint32_t out_devid;
};

struct vck_uapi_attach {
	uint32_t argsz, flags, pt_id;
};

struct vck_uapi_detach {
	uint32_t argsz, flags;
};

/* iommufd.h, 6.2: IOMMU_DESTROY, IOMMU_IOAS_ALLOC; 6.6: IOMMU_GET_HW_INFO */
#define VCK_IOMMU_DESTROY     _IO(';', 0x80)
#define VCK_IOMMU_IOAS_ALLOC  _IO(';', 0x81)
#define VCK_IOMMU_VFIO_IOAS   _IO(';', 0x88)
#define VCK_IOMMU_GET_HW_INFO _IO(';', 0x8a)

struct vck_uapi_destroy {
	uint32_t size, id;
};

struct vck_uapi_ioas_alloc {
	uint32_t size, flags, out_ioas_id;
};

/* op 0 is IOMMU_VFIO_IOAS_GET */
struct vck_uapi_vfio_ioas {
	uint32_t size, ioas_id;
	uint16_t op, reserved;
};

struct vck_uapi_hw_info {
	uint32_t size, flags, dev_id, data_len;
	uint64_t data_uptr;
	uint32_t out_data_type;
	uint8_t out_max_pasid_log2, reserved[3];
	uint64_t out_capabilities;
};

/* Not an error of the header: the sizes are those that kernels compare with. */
#define VCK_HW_INFO_SIZE_6_6 32u
_Static_assert(sizeof(struct vck_uapi_hw_info) == 40, "struct iommu_hw_info has 40 bytes");
_Static_assert(offsetof(struct vck_uapi_hw_info, out_capabilities) == VCK_HW_INFO_SIZE_6_6,
	       "in 6.6 it has 32");

#endif
