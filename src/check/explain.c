// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding rules by the messages that they explain. */
#include "config.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/text.h"
#include "check/explain.h"

/* Longer texts are whole logs: the message is looked for in their first part. */
#define MAX_TEXT 65536

/* Plain form of the quotes that programs print in other locales. */
static char plain_quote(uint32_t c)
{
	if (c == 0x2018 || c == 0x2019)
		return '\'';
	if (c == 0x201c || c == 0x201d)
		return '"';
	return c == 0x2026 ? '.' : 0;
}

/* Lower case, blanks as one, quotes plain. */
static void normalise(struct vck_buf *b, const char *s)
{
	size_t left = strnlen(s, MAX_TEXT);

	while (left) {
		uint32_t c;
		size_t n = vck_utf8_next(s, left, &c);
		char q = n > 1 ? plain_quote(c) : 0;

		if (n <= 1 && isspace((unsigned char)*s)) {
			if (b->len && b->data[b->len - 1] != ' ')
				vck_buf_addc(b, ' ');
		} else if (q) {
			vck_buf_addc(b, q);
		} else if (n <= 1) {
			vck_buf_addc(b, (char)tolower((unsigned char)*s));
		} else {
			vck_buf_add(b, s, n);
		}
		s += n ? n : 1;
		left -= n ? n : 1;
	}
}

/* The parts of @pattern between its stars stand in @text in this order. Greedy from the
 * left is enough: nothing anchors the last part. */
static bool contains(const char *text, const char *pattern)
{
	while (*pattern) {
		size_t n = strcspn(pattern, "*");
		const char *at = n ? memmem(text, strlen(text), pattern, n) : text;

		if (!at)
			return false;
		text = at + n;
		pattern += n;
		while (*pattern == '*')
			pattern++;
	}
	return true;
}

/* Letters of a pattern that are not stars: how much of the message it has named. */
static size_t weight(const char *pattern)
{
	size_t n = 0;

	for (; *pattern; pattern++)
		n += *pattern != '*';
	return n;
}

static size_t best_weight(const char *text, const struct vck_rule *r)
{
	size_t best = 0;

	for (size_t i = 0; r->messages && r->messages[i]; i++) {
		cleanup_buf struct vck_buf p = {0};

		normalise(&p, r->messages[i]);
		if (contains(text, vck_buf_str(&p)) && weight(vck_buf_str(&p)) > best)
			best = weight(vck_buf_str(&p));
	}
	return best;
}

size_t vck_explain_message(const char *text, const struct vck_rule **ret, size_t max)
{
	cleanup_buf struct vck_buf b = {0};
	size_t weights[64], n = 0;

	if (max > ARRAY_SIZE(weights))
		max = ARRAY_SIZE(weights);
	normalise(&b, text);
	for (size_t i = 0; vck_rules[i]; i++) {
		size_t w = best_weight(vck_buf_str(&b), vck_rules[i]), at = n;

		while (at && weights[at - 1] < w)
			at--;
		if (!w || at == max)
			continue;
		/* Where there is no more room the last one falls out. */
		n = n < max ? n + 1 : max;
		memmove(weights + at + 1, weights + at, (n - at - 1) * sizeof(*weights));
		memmove(ret + at + 1, ret + at, (n - at - 1) * sizeof(*ret));
		weights[at] = w;
		ret[at] = vck_rules[i];
	}
	return n;
}

static bool in_address(char c)
{
	return isxdigit((unsigned char)c) || c == ':' || c == '.';
}

bool vck_explain_next_address(const char **text, struct vck_bdf *ret)
{
	const char *s = *text;

	while (*s) {
		char word[VCK_BDF_LEN];
		size_t n = 0;

		while (in_address(s[n]))
			n++;
		/* A colon or full stop behind the address belongs to the sentence. */
		for (size_t k = n; k >= 7 && k > n - 3; k--) {
			if (k >= sizeof(word))
				continue;
			memcpy(word, s, k);
			word[k] = '\0';
			if (vck_bdf_parse(word, ret) == 0) {
				*text = s + n;
				return true;
			}
		}
		s += n;
		while (*s && !in_address(*s))
			s++;
	}
	*text = s;
	return false;
}

bool vck_explain_group(const char *text, char ret[16])
{
	const char *s = strcasestr(text, "group ");
	size_t n;

	for (; s; s = strcasestr(s, "group ")) {
		s += strlen("group ");
		n = strspn(s, "0123456789");
		if (!n || n > 15)
			continue;
		memcpy(ret, s, n);
		ret[n] = '\0';
		return true;
	}
	return false;
}

bool vck_rule_has_symptom(const struct vck_rule *r, const char *number)
{
	for (size_t i = 0; r->symptoms && r->symptoms[i]; i++) {
		if (streq(r->symptoms[i], number))
			return true;
	}
	return false;
}

const struct vck_symptom vck_symptoms[] = {
	{"1", "QEMU or DPDK: the group is not viable"},
	{"2", "another tool calls pcieport the wrong driver for a bridge"},
	{"3",
	 "a graphics card's audio, USB or UCSI function keeps the card from starting"},
	{"4", "QEMU: no iommu_group found"},
	{"5",
	 "kernel: firmware requested a 1:1 mapping, or ineligible because of an RMRR"},
	{"6", "no interrupt remapping support; set iommu: operation not permitted"},
	{"7",
	 "probe with driver vfio-pci failed with error -22, though there is a group"},
	{"8", "the same -22 for a device outside of every IOMMU"},
	{"9", "device is on vfio-pci's denylist"},
	{"10", "cannot bind to a PF with SR-IOV enabled"},
	{"11", "VF token required, or incorrect"},
	{"12", "no MMIO resources or bus numbers for VFs"},
	{"13", "mapping guest memory or a BAR: invalid argument"},
	{"14", "mapping guest memory: cannot allocate memory, RLIMIT_MEMLOCK exceeded"},
	{"15", "with iommufd only: BARs cannot be mapped, bad address"},
	{"16", "mapping: no space left on device"},
	{"17", "cannot reset the device, no reset mechanism"},
	{"18", "cannot reset the device, depends on a group or device that is not owned"},
	{"19", "libvirt: unable to reset, or active devices on the bus"},
	{"20",
	 "not ready after FLR; cannot change power state; config space reads as ones"},
	{"21", "AMD-Vi completion wait or VT-d invalidation times out"},
	{"22", "QEMU: unable to power on device, stuck in D3"},
	{"23", "BAR can't be reserved, the screen stays black"},
	{"24", "invalid ROM header, ROM cannot be read"},
	{"25", "Intel graphics: IGD regions cannot be set up"},
	{"26", "an NVMe drive in domain 10000 or above cannot be bound"},
	{"27", "INTx: device or resource busy"},
	{"28", "libvirt: passthrough not supported or not available on this platform"},
	{"29", "/dev/vfio/N does not exist"},
	{"30", "no vfio character device, though the vfio-dev directory is there"},
	{"31", "/dev/vfio/N is busy, or unbinding hangs"},
	{"32", "QEMU: group used in multiple address spaces"},
	{"33", "QEMU: caching-mode=on is needed"},
	{"34", "a host driver took the device first, or the ids match two cards"},
	{"35", "after a change of hardware another device has the address"},
	{"36", "libvirt: not assignable, behind a switch lacking ACS, non-endpoint"},
	{"37", "one huge group, perhaps after a firmware update"},
	{"38", "a VM with a device is many times slower, without an error"},
	{"39", "stale or corrupt data in a guest on Arm"},
	{"40", "vfio-platform: no reset function"},
	{"41", "a platform device has no group"},
	{"42", "in the guest: can't assign; no space"},
	{"43", "on the host: BAR has no space or size zero"},
	{"44", "writing config space: operation not permitted; lockdown"},
	{NULL, NULL},
};
